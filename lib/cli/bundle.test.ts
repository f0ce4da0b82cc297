import { spawnSync } from "node:child_process"
import { mkdirSync, rmSync, writeFileSync } from "node:fs"
import os from "node:os"
import path from "node:path"
import { afterAll, beforeEach, describe, expect, test } from "vitest"
import { makeTestFolder } from "@/lib/testing/database"
import { root } from "@/lib/testing/packages"
import { version } from "@/lib/version"
import { cliBundle, isCliBundleCurrent, writeCliManifest } from "./bundle.mjs"

describe("the compiled command line", () => {
  const folder = makeTestFolder()
  const pathOf = (file: string) => path.join(folder.path, file)
  afterAll(() => folder.remove())

  beforeEach(() => {
    mkdirSync(path.dirname(pathOf(cliBundle)), { recursive: true })
    writeFileSync(pathOf("main.ts"), "main()")
    writeFileSync(pathOf(cliBundle), "compiled")
    writeCliManifest(folder.path, ["main.ts"])
  })

  test("is used while its sources are the same", () => {
    writeFileSync(pathOf("another.ts"), "")
    writeFileSync(pathOf("main.ts"), "main()")
    expect(isCliBundleCurrent(folder.path)).toBe(true)
  })

  test.each([
    ["a source has changed", () => writeFileSync(pathOf("main.ts"), "main(1)")],
    ["a source was deleted", () => rmSync(pathOf("main.ts"))],
    ["it was deleted", () => rmSync(pathOf(cliBundle))],
    ["there is no build", () => rmSync(pathOf(".next"), { recursive: true })],
  ])("is not used when %s", (_title, change) => {
    change()
    expect(isCliBundleCurrent(folder.path)).toBe(false)
  })
})

test("the command line runs with or without a build, from any folder", () => {
  const launcher = path.join(root, "lib/cli/launch.mjs")
  const { status, stdout } = spawnSync(process.execPath, [launcher, "--version"], {
    cwd: os.tmpdir(),
    encoding: "utf8",
  })
  expect({ status, stdout }).toEqual({ status: 0, stdout: `${version}\n` })
})
