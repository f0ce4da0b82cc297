import { decodeJwt, decodeProtectedHeader } from "jose"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import type { Session } from "@/lib/data/sessions"
import { ensureSigningKeys } from "@/lib/keys/signing-keys"
import { openTestDatabase, type TestDatabase } from "@/lib/testing/database"
import { storeClient, storeUser } from "@/lib/testing/rows"
import { computeAtHash, issueIdToken } from "./id-token"

const now = new Date("2026-01-02T03:04:05.678Z")
const iat = 1767323045
const session = {
  id: "session",
  scope: ["openid", "email"],
  authTime: new Date("2026-01-02T03:00:00.999Z"),
  amr: "pwd",
  claims: null as string | null,
} as Session
const authTime = 1767322800

let opened: TestDatabase
beforeAll(async () => {
  opened = await openTestDatabase("sqlite", { ID_TOKEN_SECONDS: "300" })
  await ensureSigningKeys()
})
afterAll(() => opened.drop())

describe("an ID token", () => {
  test.each(["RS256", "ES256"] as const)("is signed with %s when the client asks for it", async (alg) => {
    const client = await storeClient({ idTokenSignedResponseAlg: alg })
    const user = await storeUser({ email: `${alg.toLowerCase()}@example.com` })
    const idToken = await issueIdToken({ client, session, user, accessToken: "token", nonce: "n" }, now)
    expect(decodeProtectedHeader(idToken)).toMatchObject({ alg, typ: "JWT" })
    expect(decodeJwt(idToken)).toEqual({
      iss: "https://login.example.com",
      sub: user.id,
      aud: client.clientId,
      iat,
      exp: iat + 300,
      auth_time: authTime,
      nonce: "n",
      at_hash: computeAtHash("token"),
      sid: "session",
      acr: "1",
      amr: ["pwd"],
      email: user.email,
    })
  })

  test("has the claims of the scopes only where the client wants them there, and always those requested by name", async () => {
    const client = await storeClient({ idTokenScopeClaims: false })
    const user = await storeUser({ name: "Ada", claims: '{"nickname":"ada","groups":["staff"]}' })
    const facts = { client, user, accessToken: "token", nonce: null }
    expect(decodeJwt(await issueIdToken({ ...facts, session }, now))).not.toHaveProperty("email")
    const claims = JSON.stringify({ userinfo: ["name"], id_token: ["nickname", "groups", "picture"] })
    const idToken = decodeJwt(await issueIdToken({ ...facts, session: { ...session, claims } }, now))
    expect(idToken).toMatchObject({ nickname: "ada", groups: ["staff"] })
    for (const claim of ["email", "name", "picture"]) expect(idToken).not.toHaveProperty(claim)
  })

  test("has no nonce when the request had none", async () => {
    const facts = { client: await storeClient(), session, user: await storeUser(), accessToken: "token", nonce: null }
    expect(decodeJwt(await issueIdToken(facts, now))).not.toHaveProperty("nonce")
  })
})

test("at_hash is the left half of the access token's SHA-256", () => {
  // OpenID Connect Core 1.0 appendix A.3
  expect(computeAtHash("jHkWEdUXMU1BwAsC4vtUsZwnNvTIxEl0z9K3vx5KF0Y")).toBe("77QmUPtjPfzWtF2AnpK9RQ")
})
