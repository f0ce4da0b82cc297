import { expect, test } from "vitest"
import type { User } from "@/lib/data/users"
import { userClaims } from "./user-claims"

test("the claims about a User are those that the scope allows", () => {
  const user = { id: "user", name: "Ada", email: "ada@example.com", emailVerifiedAt: null as Date | null } as User
  expect(userClaims(user, [])).toEqual({ sub: "user" })
  expect(userClaims(user, ["openid", "profile"])).toEqual({ sub: "user", name: "Ada" })
  expect(userClaims({ ...user, name: null }, ["profile"])).toEqual({ sub: "user" })
  expect(userClaims(user, ["email"])).toEqual({ sub: "user", email: "ada@example.com" })
})

test("email_verified is true once the address is verified, and absent while that is unknown", () => {
  const user = { id: "user", email: "ada@example.com", emailVerifiedAt: new Date() } as User
  expect(userClaims(user, ["email"])).toEqual({ sub: "user", email: "ada@example.com", email_verified: true })
  expect(userClaims(user, ["openid"])).toEqual({ sub: "user" })
})
