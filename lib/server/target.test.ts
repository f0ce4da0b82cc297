import { expect, test } from "vitest"
import { parseTarget } from "./target"

test("a request target is a path, or an absolute URL of which the path is used", () => {
  expect(parseTarget("/token?a=b")?.whole).toBe("/token?a=b")
  expect(parseTarget("//evil.example/token")?.whole).toBe("//evil.example/token")
  expect(parseTarget("https://evil.example/token?a=b")?.whole).toBe("/token?a=b")
  expect(parseTarget("/token?a=b?c")).toMatchObject({ path: "/token", query: "a=b?c" })
  expect(parseTarget("/token")).toMatchObject({ path: "/token", query: "" })
  expect(parseTarget("*")).toBeNull()
  expect(parseTarget("evil.example:443")).toBeNull()
  expect(parseTarget("javascript:alert(1)")).toBeNull()
  expect(parseTarget("")).toBeNull()
  expect(parseTarget(undefined)).toBeNull()
})
