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
    values: { userinfo: {}, id_token: { nickname: ["x"] } },
    sub: "ada",
    acr: ["2", "1"],
  })
  const nothing = { userinfo: [], id_token: [], sub: null, acr: null }
  for (const empty of [undefined, "{}", '{"userinfo":null}', '{"id_token":{"acr":{"values":["2"]}}}'])
    expect(parseClaims(empty), empty).toEqual(nothing)
})

test("a null is a member that is left out, and an unknown member is ignored - OpenID Connect Core 5.5.1", () => {
  const text = '{"userinfo":{"email":{"essential":null,"value":null,"values":null,"purpose":1}}}'
  expect(parseClaims(text)).toEqual({ userinfo: ["email"], id_token: [], sub: null, acr: null })
})

test("values are kept as they were sent, also those that the claim cannot have - OpenID Connect Core 5.5.1", () => {
  const text = JSON.stringify({
    userinfo: {
      name: { values: [] },
      address: { value: { country: "UK" } },
      groups: { value: ["staff"], values: ["admin", 1, null] },
      phone_number: { value: "044 668 18 00" },
    },
    id_token: { acr: { essential: true, values: [2, "1"] }, sub: { value: 1 } },
  })
  const { values, acr, sub } = parseClaims(text)
  expect(values?.userinfo).toEqual({
    address: [{ country: "UK" }],
    groups: ["admin", 1, null, ["staff"]],
    phone_number: ["044 668 18 00"],
  })
  expect([acr, sub]).toEqual([["2", "1"], "1"])
})

test("the sub of userinfo and that of the ID token name the same Users", () => {
  const parse = (userinfo: object | null, idToken: object | null) =>
    parseClaims(JSON.stringify({ userinfo: { sub: userinfo }, id_token: { sub: idToken } })).sub
  expect(parse(null, null)).toBeNull()
  expect(parse({ value: "ada" }, null)).toBe("ada")
  expect(parse(null, { values: ["ada"] })).toBe("ada")
  expect(parse({ values: ["ada", "bob"] }, { essential: true })).toEqual(["ada", "bob"])
  expect(parse({ values: ["ada", "bob"] }, { value: "bob" })).toBe("bob")
  expect(() => parse({ value: "ada" }, { value: "bob" })).toThrow(
    oauthError("invalid_request", "parameter_invalid", /two different users/),
  )
})

const many = Object.fromEntries(Array.from({ length: 41 }, (_, i) => [`c${i}`, null]))

test.each([
  ["x", /must be a JSON object/],
  ["[]", /must be a JSON object/],
  ["null", /must be a JSON object/],
  ['"a"', /must be a JSON object/],
  ['{"userinfo":[]}', /must have an object in userinfo/],
  ['{"id_token":{"name":true}}', /null or an object for each claim in id_token/],
  ['{"userinfo":{"a b":null}}', /null or an object for each claim in userinfo/],
  [JSON.stringify({ userinfo: many }), /at most 40 claims in userinfo/],
  ['{"userinfo":{"name":{"essential":"true"}}}', /true or false as essential of name/],
  ['{"userinfo":{"name":{"values":"a"}}}', /a list as values of name/],
  ['{"userinfo":{"groups":{"values":{}}}}', /a list as values of groups/],
])("the claims parameter %s is refused - OpenID Connect Core 5.5", (text, problem) => {
  expect(() => parseClaims(text)).toThrow(oauthError("invalid_request", "parameter_invalid", problem))
})
