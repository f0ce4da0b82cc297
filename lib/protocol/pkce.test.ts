import { describe, expect, test } from "vitest"
import { oauthError } from "@/lib/testing/errors"
import { computeCodeChallenge, parseCodeChallenge, verifyCodeVerifier } from "./pkce"

// RFC 7636 appendix B
const verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
const challenge = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"

describe("the code_challenge of an authorization request", () => {
  test("is accepted with S256", () => {
    expect(parseCodeChallenge(challenge, "S256", true)).toBe(challenge)
  })

  test("is refused with any other method, and with none, which means plain", () => {
    for (const method of [undefined, "plain", "s256", "S512", "S256 "]) {
      expect(() => parseCodeChallenge(challenge, method, true)).toThrow(oauthError("invalid_request", "pkce_invalid"))
    }
  })

  test("must be 43 base64url characters without padding", () => {
    const malformed = [
      challenge.slice(1),
      `${challenge}A`,
      `${challenge}=`,
      `${challenge.slice(1)}=`,
      `${challenge.slice(1)}+`,
      `${challenge.slice(1)}/`,
      `${challenge.slice(1)} `,
      `${challenge}\n`,
      `${challenge.slice(1)}é`,
    ]
    for (const value of malformed) {
      expect(() => parseCodeChallenge(value, "S256", true), value).toThrow(
        oauthError("invalid_request", "pkce_invalid"),
      )
    }
  })

  test("must be there", () => {
    expect(() => parseCodeChallenge(undefined, "S256", true)).toThrow(oauthError("invalid_request", "pkce_missing"))
    expect(() => parseCodeChallenge(undefined, undefined, true)).toThrow(oauthError("invalid_request", "pkce_missing"))
  })

  test("may be left out by a client that the operator has exempted, but not its half", () => {
    expect(parseCodeChallenge(undefined, undefined, false)).toBeNull()
    expect(() => parseCodeChallenge(undefined, "S256", false)).toThrow(oauthError("invalid_request", "pkce_missing"))
  })

  test("applies to an exempted client that sends one", () => {
    expect(parseCodeChallenge(challenge, "S256", false)).toBe(challenge)
    expect(() => parseCodeChallenge(challenge, "plain", false)).toThrow(oauthError("invalid_request", "pkce_invalid"))
  })
})

describe("the code_verifier of a token request", () => {
  test("is verified as in RFC 7636 appendix B", () => {
    expect(computeCodeChallenge(verifier)).toBe(challenge)
    expect(verifyCodeVerifier(verifier, challenge)).toBeUndefined()
  })

  test("is an invalid_grant when it does not match", () => {
    for (const other of [`${verifier.slice(0, -1)}l`, verifier.toLowerCase(), challenge]) {
      expect(() => verifyCodeVerifier(other, challenge)).toThrow(oauthError("invalid_grant", "code_verifier_mismatch"))
    }
  })

  test("is an invalid_grant when it is missing", () => {
    expect(() => verifyCodeVerifier(undefined, challenge)).toThrow(oauthError("invalid_grant", "parameter_missing"))
  })

  test("must have 43 to 128 unreserved characters", () => {
    for (const length of [43, 44, 127, 128]) {
      const value = "-._~aZ09".repeat(16).slice(0, length)
      expect(verifyCodeVerifier(value, computeCodeChallenge(value))).toBeUndefined()
    }
    for (const value of ["a".repeat(42), "a".repeat(129), `${"a".repeat(42)}+`, `${"a".repeat(42)}é`, ""]) {
      expect(() => verifyCodeVerifier(value, computeCodeChallenge(value)), value).toThrow(
        oauthError("invalid_request", "parameter_invalid"),
      )
    }
  })

  test("is refused if the authorization request had no challenge: an attacker may have removed it", () => {
    expect(() => verifyCodeVerifier(verifier, null)).toThrow(oauthError("invalid_grant", "code_verifier_mismatch"))
    expect(verifyCodeVerifier(undefined, null)).toBeUndefined()
  })
})
