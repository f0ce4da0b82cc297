import { expect, test } from "vitest"
import { findTarget } from "./target"

test("a request's target is a path, or an absolute URL whose path counts", () => {
  expect(findTarget("/token?a=b")?.whole).toBe("/token?a=b")
  expect(findTarget("//evil.example/token")?.whole).toBe("//evil.example/token")
  expect(findTarget("https://evil.example/token?a=b")?.whole).toBe("/token?a=b")
  expect(findTarget("/token?a=b?c")).toMatchObject({ path: "/token", query: "a=b?c" })
  expect(findTarget("/token")).toMatchObject({ path: "/token", query: "" })
  expect(findTarget("*")).toBeNull()
  expect(findTarget("evil.example:443")).toBeNull()
  expect(findTarget("javascript:alert(1)")).toBeNull()
  expect(findTarget("")).toBeNull()
  expect(findTarget(undefined)).toBeNull()
})
