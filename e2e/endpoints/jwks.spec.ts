import { importJWK, jwtVerify } from "jose"
import { rotateSigningKey } from "@/lib/keys/signing-keys"
import { testEnvironment } from "../fixtures/environment"
import { query } from "../fixtures/rows"
import { expect, expectOAuthError, insertUser, obtainTokens, registerClient, test } from "../fixtures/world"

type Jwk = { kid: string; alg: string; kty: string; use: string } & Record<string, string>

const get = (init: RequestInit = {}, baseUrl = testEnvironment().issuer) => fetch(new URL("/jwks", baseUrl), init)
const readKeys = async (baseUrl?: string): Promise<Jwk[]> => (await (await get({}, baseUrl)).json()).keys

test("the keys are public halves only, each with kid, alg and use - RFC 7517 4, RFC 7518 6", async () => {
  const keys = await readKeys()
  expect(new Set(keys.map(({ alg }) => alg))).toEqual(new Set(["ES256", "RS256"]))
  for (const key of keys) {
    const members = key.kty === "EC" ? ["crv", "x", "y"] : ["e", "n"]
    expect(Object.keys(key).sort()).toEqual(["alg", "kid", "kty", "use", ...members].sort())
    expect(key).toMatchObject(
      key.alg === "ES256" ? { kty: "EC", crv: "P-256", use: "sig" } : { kty: "RSA", e: "AQAB", use: "sig" },
    )
    if (key.n) expect(Buffer.from(key.n, "base64url").length * 8).toBeGreaterThanOrEqual(2048)
  }
  expect(new Set(keys.map(({ kid }) => kid)).size).toBe(keys.length)
})

test("the keys can be cached for a minute; only GET and HEAD are allowed - RFC 9111 5.2.2", async () => {
  for (const method of ["GET", "HEAD"]) {
    const response = await get({ method })
    expect(response.status).toBe(200)
    expect(response.headers.get("cache-control")).toBe("public, max-age=60")
  }
  for (const method of ["POST", "PUT", "PATCH", "DELETE"]) {
    const response = await get({ method })
    expect(response.headers.get("allow")).toBe("GET, HEAD")
    await expectOAuthError(response, "invalid_request", 405)
  }
})

test("no private key is stored in the clear - RFC 7517 9.2", async () => {
  const rows = await query(`SELECT * FROM "SigningKey"`)
  expect(rows.length).toBeGreaterThanOrEqual(2)
  for (const row of rows) {
    expect(row.privateJwe).toMatch(/^[A-Za-z0-9_-]+\.\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+$/)
    const stored = JSON.parse(String(row.publicJwk))
    for (const member of ["d", "p", "q", "dp", "dq", "qi", "k"]) expect(stored).not.toHaveProperty(member)
  }
})

test("a next key is published by every instance before it signs - OpenID Connect Core 10.1.1", async () => {
  const client = await registerClient()
  const user = await insertUser()
  const { kid } = await rotateSigningKey("ES256", { activeFrom: new Date(Date.now() + 3_600_000) })
  for (const baseUrl of testEnvironment().issuers)
    await expect.poll(async () => (await readKeys(baseUrl)).map((key) => key.kid)).toContain(kid)
  const { access_token } = await obtainTokens(client, user)
  const verified = await jwtVerify(access_token, async (header) => {
    const key = (await readKeys()).find((candidate) => candidate.kid === header.kid)
    return importJWK(key ?? {}, "ES256")
  })
  expect(verified.protectedHeader.kid).not.toBe(kid)
})
