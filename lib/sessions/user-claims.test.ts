import { expect, test } from "vitest"
import type { User } from "@/lib/data/users"
import { userClaims } from "./user-claims"

test("the claims about a User are those that the scope allows", () => {
  const user = { id: "user", name: "Ada", email: "ada@example.com" } as User
  expect(userClaims(user, [])).toEqual({ sub: "user" })
  expect(userClaims(user, ["openid", "profile"])).toEqual({ sub: "user", name: "Ada" })
  expect(userClaims({ ...user, name: null }, ["profile"])).toEqual({ sub: "user" })
  expect(userClaims(user, ["email"])).toEqual({ sub: "user", email: "ada@example.com", email_verified: false })
})
