import { createHmac } from "node:crypto"
import { decodeProtectedHeader, exportJWK, exportSPKI, generateKeyPair, type JWTPayload, SignJWT } from "jose"
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest"
import { config } from "@/lib/config"
import type { SigningAlg } from "@/lib/data/signing-keys"
import { openTestDatabase, type TestDatabase } from "@/lib/testing/database"
import { findVerifiedClaims, signJwt } from "./jwt"
import { ensureSigningKeys, getActiveKey, rotateSigningKey, withdrawSigningKeys } from "./signing-keys"

let database: TestDatabase
beforeAll(async () => {
  database = await openTestDatabase("sqlite")
  await ensureSigningKeys()
})
afterAll(() => database.drop())

const now = () => Math.floor(Date.now() / 1000)
const claims = (changes: JWTPayload = {}): JWTPayload => ({
  iss: config().issuer,
  sub: "user",
  iat: now(),
  exp: now() + 60,
  ...changes,
})
const accessToken = { alg: ["ES256"] as SigningAlg[], typ: "at+jwt" as const }
const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url")

/** A JWT of the server's own key with any header and claims. */
async function signFreely(header: { alg: SigningAlg; typ?: string; kid?: string }, payload = claims()) {
  const { privateKey } = await getActiveKey(header.alg)
  return new SignJWT(payload).setProtectedHeader(header).sign(privateKey)
}

describe("a JWT that this server signed", () => {
  test.each(["ES256", "RS256"] as const)("with %s names algorithm, type and key, and is verified", async (alg) => {
    const jwt = await signJwt(alg, "JWT", claims())
    const { kid } = await getActiveKey(alg)
    expect(decodeProtectedHeader(jwt)).toEqual({ alg, typ: "JWT", kid })
    expect(await findVerifiedClaims(jwt, { alg: ["ES256", "RS256"], typ: "JWT" })).toMatchObject({ sub: "user" })
  })

  test("is still valid after the key has been rotated", async () => {
    const jwt = await signJwt("ES256", "at+jwt", claims())
    await rotateSigningKey("ES256", { activeFrom: new Date() })
    expect(await findVerifiedClaims(jwt, accessToken)).toMatchObject({ sub: "user" })
  })

  test("is valid until it expires, and after that only where expiry is ignored", async () => {
    const jwt = await signJwt("ES256", "at+jwt", claims({ exp: now() }))
    expect(await findVerifiedClaims(jwt, accessToken)).toBeNull()
    expect(await findVerifiedClaims(jwt, { ...accessToken, ignoreExpiry: true })).toMatchObject({ sub: "user" })
  })
})

describe("a JWT with a valid signature of this server is refused", () => {
  const anyAge = { alg: ["ES256"] as SigningAlg[], typ: "JWT" as const, ignoreExpiry: true }

  test("without an exp, which a signed userinfo response does not have", async () => {
    expect(await findVerifiedClaims(await signJwt("ES256", "JWT", claims({ exp: undefined })), anyAge)).toBeNull()
  })

  test("before its nbf", async () => {
    expect(await findVerifiedClaims(await signJwt("ES256", "JWT", claims({ nbf: now() + 60 })), anyAge)).toBeNull()
    expect(await findVerifiedClaims(await signJwt("ES256", "JWT", claims({ nbf: now() })), anyAge)).not.toBeNull()
  })
})

describe("an access token that this process has signed or verified before", () => {
  const countVerifications = async (run: () => Promise<unknown>) => {
    const verify = vi.spyOn(crypto.subtle, "verify")
    await run()
    const count = verify.mock.calls.length
    verify.mockRestore()
    return count
  }

  test("is known by the whole of it, and not verified again", async () => {
    const signedHere = await signJwt("ES256", "at+jwt", claims())
    const { kid } = await getActiveKey("ES256")
    const fromElsewhere = await signFreely({ alg: "ES256", typ: "at+jwt", kid })
    expect(await countVerifications(() => findVerifiedClaims(signedHere, accessToken))).toBe(0)
    expect(await countVerifications(() => findVerifiedClaims(fromElsewhere, accessToken))).toBe(1)
    expect(await countVerifications(() => findVerifiedClaims(fromElsewhere, accessToken))).toBe(0)
    const [header, payload, signature = ""] = signedHere.split(".")
    const altered = [`${header}.${encode(claims({ sub: "another" }))}.${signature}`, `${header}.${payload}.`]
    for (const jwt of altered) expect(await findVerifiedClaims(jwt, accessToken)).toBeNull()
  })

  test("expires as well, and is not an ID token", async () => {
    const jwt = await signJwt("ES256", "at+jwt", claims({ exp: now() }))
    expect(await findVerifiedClaims(jwt, { ...accessToken, ignoreExpiry: true })).toMatchObject({ sub: "user" })
    expect(await findVerifiedClaims(jwt, accessToken)).toBeNull()
    expect(await findVerifiedClaims(jwt, { alg: ["ES256"], typ: "JWT", ignoreExpiry: true })).toBeNull()
  })

  test("is no longer valid when its key is withdrawn", async () => {
    const jwt = await signJwt("ES256", "at+jwt", claims())
    expect(await findVerifiedClaims(jwt, accessToken)).not.toBeNull()
    const { kid } = await rotateSigningKey("ES256", { activeFrom: new Date() })
    await withdrawSigningKeys("ES256", kid)
    expect(await findVerifiedClaims(jwt, accessToken)).toBeNull()
  })

  test("is forgotten for newer ones, and then verified again", async () => {
    const first = await signJwt("ES256", "at+jwt", claims())
    for (let i = 0; i < 10_000; i++) await signJwt("ES256", "at+jwt", claims())
    expect(await countVerifications(() => findVerifiedClaims(first, accessToken))).toBe(1)
  })
})

describe("a JWT is refused when", () => {
  test("its algorithm is none", async () => {
    for (const alg of ["none", "None", "NONE"]) {
      const jwt = `${encode({ alg, typ: "at+jwt", kid: (await getActiveKey("ES256")).kid })}.${encode(claims())}.`
      expect(await findVerifiedClaims(jwt, accessToken)).toBeNull()
    }
  })

  test("it is signed by HS256 with the public key as the secret", async () => {
    for (const alg of ["ES256", "RS256"] as const) {
      const { kid, publicKey } = await getActiveKey(alg)
      const secrets = [await exportSPKI(publicKey), JSON.stringify(await exportJWK(publicKey))]
      for (const secret of secrets) {
        const text = `${encode({ alg: "HS256", typ: "at+jwt", kid })}.${encode(claims())}`
        const jwt = `${text}.${createHmac("sha256", secret).update(text).digest("base64url")}`
        expect(await findVerifiedClaims(jwt, { alg: ["ES256", "RS256"], typ: "at+jwt" })).toBeNull()
      }
    }
  })

  test("its type is another or missing", async () => {
    const { kid } = await getActiveKey("ES256")
    expect(await findVerifiedClaims(await signJwt("ES256", "JWT", claims()), accessToken)).toBeNull()
    expect(await findVerifiedClaims(await signFreely({ alg: "ES256", kid }), accessToken)).toBeNull()
    const idToken = { alg: ["ES256"] as SigningAlg[], typ: "JWT" as const }
    expect(await findVerifiedClaims(await signJwt("ES256", "at+jwt", claims()), idToken)).toBeNull()
  })

  test("it names no key, an unknown one, or one of another algorithm", async () => {
    const other = await getActiveKey("RS256")
    for (const kid of [undefined, "", "unknown", other.kid]) {
      const jwt = await signFreely({ alg: "ES256", typ: "at+jwt", ...(kid !== undefined && { kid }) })
      expect(await findVerifiedClaims(jwt, { alg: ["ES256", "RS256"], typ: "at+jwt" })).toBeNull()
    }
  })

  test("it is signed by another key with the kid of this server's key", async () => {
    const { kid } = await getActiveKey("ES256")
    const { privateKey, publicKey } = await generateKeyPair("ES256")
    const header = { alg: "ES256", typ: "at+jwt", kid, jwk: await exportJWK(publicKey) }
    const jwt = await new SignJWT(claims()).setProtectedHeader(header).sign(privateKey)
    expect(await findVerifiedClaims(jwt, accessToken)).toBeNull()
  })

  test("its algorithm is supported, but not for this purpose", async () => {
    expect(await findVerifiedClaims(await signJwt("RS256", "at+jwt", claims()), accessToken)).toBeNull()
  })

  test("its issuer is another or missing, even where expiry is ignored", async () => {
    for (const iss of ["https://other.example.com", `${config().issuer}/`, undefined]) {
      const jwt = await signJwt("ES256", "at+jwt", claims({ iss }))
      expect(await findVerifiedClaims(jwt, accessToken)).toBeNull()
      expect(await findVerifiedClaims(jwt, { ...accessToken, ignoreExpiry: true })).toBeNull()
    }
  })

  test("its header, claims or signature is altered", async () => {
    const jwt = await signJwt("ES256", "at+jwt", claims())
    const [header = "", payload = "", signature = ""] = jwt.split(".")
    const changed = encode(claims({ sub: "another user" }))
    const altered = [
      `${header}.${changed}.${signature}`,
      `${header}.${payload}.${signature.slice(2)}AA`,
      `${header}.${payload}.`,
      `${header}.${payload}.${Buffer.alloc(64).toString("base64url")}`,
      `${encode({ ...decodeProtectedHeader(jwt), extra: 1 })}.${payload}.${signature}`,
      `${jwt}.${signature}`,
      `${header}.${payload}`,
      "",
      "..",
      "not a JWT",
    ]
    for (const other of altered) expect(await findVerifiedClaims(other, accessToken), other).toBeNull()
  })
})
