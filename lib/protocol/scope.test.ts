import { describe, expect, test } from "vitest"
import { oauthError } from "@/lib/testing/errors"
import { OAuthError } from "./errors"
import { narrowScope, parseScope, resolveScope } from "./scope"

test("a scope parameter is a list of tokens, each of which counts once", () => {
  expect(parseScope("openid  email openid ")).toEqual(["openid", "email"])
  expect(parseScope("!#$%&'()*+,-./:;<=>?@[]^_`{|}~")).toEqual(["!#$%&'()*+,-./:;<=>?@[]^_`{|}~"])
})

test("a scope parameter with a character that no scope token has is refused (RFC 6749 appendix A.4)", () => {
  for (const scope of ['"', "\\", "a\tb", "a\nb", "caf\u00e9", "a\u00a0b", "\u007f", "", " "]) {
    expect(() => parseScope(scope), JSON.stringify(scope)).toThrow(oauthError("invalid_scope", "scope_not_allowed"))
  }
})

describe("the scope of an authorization request", () => {
  test("is all that the client is registered for when the request names none", () => {
    expect(resolveScope(undefined, ["openid", "email"])).toEqual(["openid", "email"])
  })

  test("is what the request names", () => {
    expect(resolveScope("email", ["openid", "email"])).toEqual(["email"])
  })

  test("leaves out what is not registered for the client - RFC 6749 3.3", () => {
    expect(resolveScope("admin openid other", ["openid", "email"])).toEqual(["openid"])
  })

  test("is refused when nothing of it is registered, and the error names it", () => {
    expect(() => resolveScope("admin other", ["openid", "email"])).toThrow(
      expect.objectContaining({ code: "invalid_scope", description: expect.stringContaining("admin other") }),
    )
    expect(() => resolveScope("OpenID", ["openid"])).toThrow(oauthError("invalid_scope", "scope_not_allowed"))
    expect(() => resolveScope("openid", [])).toThrow(oauthError("invalid_scope", "scope_not_allowed"))
  })

  test("must be registered entirely when the client is strict, and the error names the rest", () => {
    const registered = ["openid", "email"]
    expect(resolveScope("email openid", registered, { strict: true })).toEqual(["email", "openid"])
    expect(() => resolveScope("openid admin other", registered, { strict: true })).toThrow(
      expect.objectContaining({ code: "invalid_scope", description: expect.stringContaining(": admin other.") }),
    )
  })

  test("is not repeated without end when it is refused", () => {
    expect(() => resolveScope("x".repeat(5000), ["openid"])).toThrow(
      expect.objectContaining({ description: expect.stringMatching(/^.{1,260}$/) }),
    )
  })
})

describe("the scope of a refresh request", () => {
  test("is all that was granted when the request names none", () => {
    expect(narrowScope(undefined, ["openid", "email"])).toEqual(["openid", "email"])
  })

  test("may be narrower than what was granted", () => {
    expect(narrowScope("email", ["openid", "email"])).toEqual(["email"])
  })

  test("is refused when nothing that was granted is left", () => {
    expect(() => narrowScope(undefined, [])).toThrow(OAuthError)
    expect(() => narrowScope("openid", [])).toThrow(OAuthError)
  })

  test("cannot be wider than what was granted", () => {
    expect(() => narrowScope("openid profile", ["openid"])).toThrow(oauthError("invalid_scope", "scope_not_granted"))
  })
})
