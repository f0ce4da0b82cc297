import { expect, test } from "vitest"
import { createOnce, forgetProcessValues, perProcess } from "./per-process"

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

test("a promise is created once, and again after a rejection", async () => {
  const kept = perProcess<Promise<number>>("third unit test")
  let calls = 0
  const create = async () => {
    calls++
    if (calls === 1) throw new Error("the first time")
    return calls
  }
  await expect(Promise.all([createOnce(kept, create), createOnce(kept, create)])).rejects.toThrow("the first time")
  expect(await createOnce(kept, create)).toBe(2)
  expect(await createOnce(kept, create)).toBe(2)
  forgetProcessValues()
})
