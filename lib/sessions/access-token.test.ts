import { decodeJwt, decodeProtectedHeader } from "jose"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import type { Session } from "@/lib/data/sessions"
import { ensureSigningKeys } from "@/lib/keys/signing-keys"
import { openTestDatabase, type TestDatabase } from "@/lib/testing/database"
import { issueAccessToken } from "./access-token"

const now = new Date("2026-01-02T03:04:05.678Z")
const iat = 1767323045
const session = {
  id: "session",
  userId: "user",
  clientId: "client",
  scope: ["openid", "email"],
  authTime: new Date("2026-01-02T03:00:00.999Z"),
  expiresAt: new Date("2026-04-02T03:04:05Z"),
} as Session
const authTime = 1767322800

let opened: TestDatabase
beforeAll(async () => {
  opened = await openTestDatabase("sqlite", { ACCESS_TOKEN_SECONDS: "600" })
  await ensureSigningKeys()
})
afterAll(() => opened.drop())

describe("an access token", () => {
  test("is a JWT of RFC 9068 that names its Session", async () => {
    const { token, expiresIn } = await issueAccessToken({ session, scope: ["email"], resource: [] }, now)
    expect(decodeProtectedHeader(token)).toMatchObject({ alg: "ES256", typ: "at+jwt", kid: expect.any(String) })
    expect(decodeJwt(token)).toEqual({
      iss: "https://login.example.com",
      sub: "user",
      aud: "https://login.example.com",
      client_id: "client",
      scope: "email",
      sid: "session",
      auth_time: authTime,
      jti: expect.stringMatching(/^[A-Za-z0-9_-]{22}$/),
      iat,
      exp: iat + 600,
    })
    expect(expiresIn).toBe(600)
  })

  test("is for the resources that it is asked for: one by its name, several as a list", async () => {
    const audOf = async (resource: string[]) =>
      decodeJwt((await issueAccessToken({ session, scope: [], resource }, now)).token).aud
    expect(await audOf(["https://a.example/"])).toBe("https://a.example/")
    expect(await audOf(["https://a.example/", "https://b.example/"])).toEqual([
      "https://a.example/",
      "https://b.example/",
    ])
  })

  test("does not outlive its Session, and its lifetime is returned", async () => {
    const ending = { ...session, expiresAt: new Date((iat + 42) * 1000) }
    const { token, expiresIn } = await issueAccessToken({ session: ending, scope: [], resource: [] }, now)
    expect(decodeJwt(token).exp).toBe(iat + 42)
    expect(expiresIn).toBe(42)
  })

  test("is another one each time", async () => {
    const facts = { session, scope: [], resource: [] }
    expect((await issueAccessToken(facts, now)).token).not.toBe((await issueAccessToken(facts, now)).token)
  })
})
