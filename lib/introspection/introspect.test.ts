import { beforeAll, expect, test } from "vitest"
import { config } from "@/lib/config"
import type { Client } from "@/lib/data/clients"
import { database } from "@/lib/data/database"
import { findSessionWithUser, revokeSession, type Session } from "@/lib/data/sessions"
import { setUserDisabled } from "@/lib/data/users"
import { Flow } from "@/lib/flows/flow"
import { signJwt } from "@/lib/keys/jwt"
import { ensureSigningKeys } from "@/lib/keys/signing-keys"
import { issueAccessToken } from "@/lib/sessions/access-token"
import { describeOnEachDatabase } from "@/lib/testing/database"
import { storeClient, storeStartedSession } from "@/lib/testing/rows"
import { introspectOwnToken, introspectToken } from "./introspect"
import { findUserInfo } from "./user-info"

async function storeToken({ issuedAt = new Date(), resource = [] as string[] } = {}) {
  const { id, user } = await storeStartedSession()
  const session = (await findSessionWithUser(id)) as Session
  const { token } = await issueAccessToken({ session, scope: session.scope, resource }, issuedAt)
  return { id, session, user, token }
}

/** Introspects a token that is not active. @returns the private reason, and whether the flow is its Session's */
async function refusalOf(token: string, id: string) {
  const flow = new Flow("GET", "/introspect")
  const error = await introspectOwnToken({ accessToken: token, proof: null }, flow).catch((caught) => caught)
  expect(error).toMatchObject({ code: "invalid_token", status: 401 })
  return { reason: error.reason, joined: flow.id === id }
}

const anHourAgo = () => new Date(Date.now() - 3_600_000)
const withIssuer = (token: string, iss: string) => {
  const [header, claims = "", signature] = token.split(".")
  const changed = { ...JSON.parse(Buffer.from(claims, "base64url").toString()), iss }
  return [header, Buffer.from(JSON.stringify(changed)).toString("base64url"), signature].join(".")
}

describeOnEachDatabase("why an access token is not active:", () => {
  beforeAll(() => ensureSigningKeys())

  test("it is active", async () => {
    const { token, user } = await storeToken()
    const answer = await introspectOwnToken({ accessToken: token, proof: null }, new Flow("GET", "/introspect"))
    expect(answer).toMatchObject({ active: true, sub: user.id })
  })

  test("it has expired", async () => {
    const { token, id } = await storeToken({ issuedAt: anHourAgo() })
    expect(await refusalOf(token, id)).toEqual({ reason: "access_token_expired", joined: true })
  })

  test("its Session was revoked, whether it has expired or not", async () => {
    const { token, id, session } = await storeToken()
    await revokeSession(session, "revoked_by_operator", new Date(), {})
    expect(await refusalOf(token, id)).toEqual({ reason: "access_token_revoked", joined: true })
    const expired = await storeToken({ issuedAt: anHourAgo() })
    await revokeSession(expired.session, "revoked_by_client", new Date(), {})
    expect(await refusalOf(expired.token, expired.id)).toEqual({ reason: "access_token_revoked", joined: true })
  })

  test.each(["idleExpiresAt", "expiresAt"])(
    "its Session reached its %s, whether it has expired or not",
    async (end) => {
      for (const issuedAt of [new Date(), anHourAgo()]) {
        const { token, id } = await storeToken({ issuedAt })
        await (await database()).session.update({ where: { id }, data: { [end]: new Date(Date.now() - 1_000) } })
        expect(await refusalOf(token, id)).toEqual({ reason: "session_expired", joined: true })
      }
    },
  )

  test("its user was disabled", async () => {
    const { token, id, user } = await storeToken()
    await setUserDisabled(user.id, new Date())
    expect(await refusalOf(token, id)).toEqual({ reason: "access_token_revoked", joined: true })
  })

  test("its Session no longer exists", async () => {
    const { token, id } = await storeToken()
    const db = await database()
    await db.authCode.delete({ where: { sessionId: id } })
    await db.session.delete({ where: { id } })
    expect(await refusalOf(token, id)).toEqual({ reason: "access_token_revoked", joined: false })
  })

  test("it was cut, altered, or is another kind of token", async () => {
    const { token, id } = await storeToken()
    const idToken = await signJwt("RS256", "JWT", { iss: config().issuer, exp: Date.now(), sid: id })
    const typed = await signJwt("ES256", "JWT", { iss: config().issuer, exp: Date.now(), sid: id })
    for (const malformed of [token.slice(0, -4), "opaque", "a.b.c", idToken, typed]) {
      expect(await refusalOf(malformed, id), malformed).toEqual({ reason: "access_token_malformed", joined: false })
    }
  })

  test("it is from another server, or signed with an unknown key", async () => {
    const { token, id } = await storeToken()
    const header = Buffer.from(JSON.stringify({ alg: "ES256", typ: "at+jwt", kid: "unknown" })).toString("base64url")
    const signedElsewhere = await signJwt("ES256", "at+jwt", { iss: "https://other.example", exp: Date.now(), sid: id })
    const unknownKey = [header, ...token.split(".").slice(1)].join(".")
    for (const foreign of [withIssuer(token, "https://other.example"), signedElsewhere, unknownKey]) {
      expect(await refusalOf(foreign, id), foreign).toEqual({ reason: "access_token_foreign", joined: false })
    }
  })

  test("it is for another resource", async () => {
    const { token } = await storeToken({ resource: ["https://api.example/"] })
    const answer = findUserInfo({ accessToken: token, proof: null }, new Flow("GET", "/userinfo"))
    await expect(answer).rejects.toMatchObject({ code: "invalid_token", reason: "access_token_for_another_resource" })
  })
})

describeOnEachDatabase("what an access token is for", () => {
  beforeAll(() => ensureSigningKeys())

  test("is compared as a URI: this issuer, a resource server's registration", async () => {
    const { issuer } = config()
    for (const resource of [`${issuer}/`, issuer.toUpperCase(), `${issuer}:443`]) {
      const { token } = await storeToken({ resource: [resource] })
      expect(
        await findUserInfo({ accessToken: token, proof: null }, new Flow("GET", "/userinfo")),
        resource,
      ).toHaveProperty("email")
    }
    const facts = { tokenEndpointAuthMethod: "client_secret_basic", resourceServer: true } as const
    const mcp = await storeClient({ ...facts, resources: ["https://mcp.example.com"] })
    const other = await storeClient({ ...facts, resources: ["https://mcp.example.com/other"] })
    const { token } = await storeToken({ resource: ["https://mcp.example.com/"] })
    const introspect = (client: Client) => introspectToken(client, token, new Flow("POST", "/introspect"))
    expect(await introspect(mcp)).toMatchObject({ active: true, aud: "https://mcp.example.com/" })
    expect(await introspect(other)).toEqual({ active: false })
  })
})
