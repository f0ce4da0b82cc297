import { expect, test } from "vitest"
import type { User } from "@/lib/data/users"
import type { ClaimValue } from "@/lib/protocol/claims"
import { readClaimsRequest, userClaims } from "./user-claims"

const stored = {
  nickname: "ada",
  address: { locality: "London" },
  phone_number: "+44 20 7946 0000",
  groups: ["staff"],
}
const user = {
  id: "user",
  name: "Ada",
  email: "ada@example.com",
  emailVerifiedAt: null as Date | null,
  claims: JSON.stringify(stored),
} as User

test("the claims about a User are those that the scope allows", () => {
  expect(userClaims(user, [])).toEqual({ sub: "user" })
  expect(userClaims(user, ["openid", "profile"])).toEqual({ sub: "user", name: "Ada", nickname: "ada" })
  expect(userClaims({ ...user, name: null, claims: "{}" }, ["profile"])).toEqual({ sub: "user" })
  expect(userClaims(user, ["email"])).toEqual({ sub: "user", email: "ada@example.com" })
  expect(userClaims(user, ["address"])).toEqual({ sub: "user", address: { locality: "London" } })
  expect(userClaims(user, ["phone"])).toEqual({ sub: "user", phone_number: "+44 20 7946 0000" })
})

test("a claim that is not a standard one needs the scope of its name", () => {
  expect(userClaims(user, ["groups"])).toEqual({ sub: "user", groups: ["staff"] })
})

test("claims requested by name are added, where the User has them", () => {
  const requested = { names: ["email", "phone_number", "picture"], values: {} }
  expect(userClaims(user, ["openid"], requested)).toEqual({
    sub: "user",
    email: "ada@example.com",
    phone_number: "+44 20 7946 0000",
  })
})

test.each([
  ["a value that the User has", { nickname: ["ada"] }, { nickname: "ada" }],
  ["one of several values", { nickname: ["grace", "ada"] }, { nickname: "ada" }],
  ["another value", { nickname: ["Ada"] }, {}],
  ["a value of a list", { groups: ["admin", "staff"] }, { groups: ["staff"] }],
  ["the list", { groups: [["staff"]] }, { groups: ["staff"] }],
  ["another list", { groups: [["staff", "admin"]] }, {}],
  ["a value that the list does not have", { groups: ["admin"] }, {}],
  ["an equal object", { address: [{ locality: "London" }] }, { address: { locality: "London" } }],
  ["a part of an object", { address: [{}] }, {}],
  ["a value for another claim", { email: ["ada"] }, {}],
] as [string, Record<string, ClaimValue[]>, object][])("claims requested with %s", (_, values, claims) => {
  expect(userClaims(user, ["openid"], { names: Object.keys(values), values })).toEqual({ sub: "user", ...claims })
})

test("a claim may have the name of a method of every object", () => {
  const named = { ...user, claims: '{"constructor":"Ada"}' }
  const requested = { names: ["constructor"], values: {} }
  expect(userClaims(named, ["openid"], requested)).toEqual({ sub: "user", constructor: "Ada" })
})

test("a request that an earlier version stored has no values", () => {
  const stored = JSON.stringify({ userinfo: ["email"], id_token: ["groups"] })
  expect(readClaimsRequest(stored, "userinfo")).toEqual({ names: ["email"], values: {} })
  expect(readClaimsRequest(stored, "id_token")).toEqual({ names: ["groups"], values: {} })
})

test("a scope allows its claims with any value", () => {
  const requested = { names: ["nickname"], values: { nickname: ["grace"] } }
  expect(userClaims(user, ["profile"], requested)).toMatchObject({ nickname: "ada" })
})

test("email_verified is true once the address is verified, false when its person only claimed it, and absent while that is unknown", () => {
  const verified = { ...user, emailVerifiedAt: new Date() }
  expect(userClaims(verified, ["email"])).toEqual({ sub: "user", email: "ada@example.com", email_verified: true })
  expect(userClaims(verified, ["openid"])).toEqual({ sub: "user" })
  const claimed = { ...user, selfRegistered: true }
  expect(userClaims(claimed, ["email"])).toEqual({ sub: "user", email: "ada@example.com", email_verified: false })
  const proven = { ...claimed, emailVerifiedAt: new Date() }
  expect(userClaims(proven, ["email"])).toEqual({ sub: "user", email: "ada@example.com", email_verified: true })
})
