import { readFileSync } from "node:fs"
import path from "node:path"
import { expect, test } from "vitest"
import { root } from "@/lib/testing/packages"
import { version } from "./version"

const read = (file: string) => readFileSync(path.join(root, file), "utf8")

test("package-lock.json has the version of package.json", () => {
  const lock = JSON.parse(read("package-lock.json"))
  expect([lock.version, lock.packages[""].version]).toEqual([version, version])
})

test("CHANGELOG.md begins with the version of package.json", () => {
  expect(/^## \[([^\]]+)\]/m.exec(read("CHANGELOG.md"))?.[1]).toBe(version)
})
