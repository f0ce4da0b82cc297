import { expect, test } from "vitest"
import { oauthError } from "@/lib/testing/errors"
import { type Claims, findClaimProblem, parseClaims, scopeOfClaim, standardClaims } from "./claims"

test("the standard claims are those of OpenID Connect Core 5.1, and each has its scope of 5.4", () => {
  expect(standardClaims).toHaveLength(19)
  expect(["name", "email_verified", "phone_number", "address"].map(scopeOfClaim)).toEqual([
    "profile",
    "email",
    "phone",
    "address",
  ])
  expect(scopeOfClaim("groups")).toBe("groups")
})

const valid: Claims = {
  nickname: "Ada",
  picture: "https://example.com/ada.png",
  birthdate: "1815-12-10",
  zoneinfo: "Europe/London",
  locale: "en-GB",
  phone_number: "+1 (604) 555-1234;ext=5678",
  phone_number_verified: true,
  address: { street_address: "12 St James's Square", country: "UK" },
  groups: ["staff", "admin"],
  "https://example.com/plan": { name: "pro", seats: 5 },
}

test.each(Object.entries(valid))("%s can be stored", (name, value) => {
  expect(findClaimProblem(name, value)).toBeNull()
})

test.each([
  ["sub", "x"],
  ["__proto__", { polluted: true }],
  ["acr", "2"],
  ["scope", "admin"],
  ["two words", "x"],
  ["", "x"],
  ["nickname", ""],
  ["nickname", ["a"]],
  ["picture", "javascript:alert(1)"],
  ["birthdate", "10.12.1815"],
  ["phone_number", "020 7946 0000"],
  ["phone_number_verified", "yes"],
  ["address", "London"],
  ["address", { city: "London" }],
  ["address", ["London"]],
])("%s cannot be %j", (name, value) => {
  expect(findClaimProblem(name, value)).toMatch(/^(must be|has characters in its name|is reserved)/)
})

test("the claims parameter names claims for userinfo and for the ID token", () => {
  const text = JSON.stringify({
    userinfo: { name: null, email: { essential: true }, sub: null },
    id_token: { sub: { value: "ada" }, acr: { essential: true, values: ["2", "1"] }, nickname: { value: "x" } },
    other: 1,
  })
  expect(parseClaims(text)).toEqual({
    userinfo: ["name", "email"],
    id_token: ["nickname"],
    sub: "ada",
    acr: ["2", "1"],
  })
  const nothing = { userinfo: [], id_token: [], sub: null, acr: null }
  for (const empty of [undefined, "{}", '{"userinfo":null}', '{"id_token":{"acr":{"values":["2"]}}}'])
    expect(parseClaims(empty), empty).toEqual(nothing)
})

test("a malformed claims parameter is refused - OpenID Connect Core 5.5", () => {
  const many = Object.fromEntries(Array.from({ length: 41 }, (_, i) => [`c${i}`, null]))
  for (const text of [
    "x",
    "[]",
    "null",
    '"a"',
    '{"userinfo":[]}',
    '{"id_token":{"name":true}}',
    '{"userinfo":{"a b":null}}',
  ]) {
    expect(() => parseClaims(text), text).toThrow(oauthError("invalid_request", "parameter_invalid"))
  }
  expect(() => parseClaims(JSON.stringify({ userinfo: many }))).toThrow(
    oauthError("invalid_request", "parameter_invalid"),
  )
})
