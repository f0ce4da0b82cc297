import { expect, test } from "vitest"
import { forgetProcessValues, perProcess } from "./per-process"

test("a value is the same in every copy of the module", async () => {
  const here = perProcess<string>("a unit test")
  const copy: typeof import("./per-process") = await import(/* @vite-ignore */ `./per-process.ts?${"copy"}`)
  expect(copy.perProcess).not.toBe(perProcess)
  here.value = "set"
  expect(copy.perProcess<string>("a unit test")).toBe(here)
  copy.forgetProcessValues()
  expect(here.value).toBeUndefined()
})

test("values of different names are separate", () => {
  const [first, second] = [perProcess<number>("first unit test"), perProcess<number>("second unit test")]
  first.value = 1
  expect(second.value).toBeUndefined()
  forgetProcessValues()
})
