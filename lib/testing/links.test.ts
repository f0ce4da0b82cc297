import { execFileSync } from "node:child_process"
import { existsSync, readFileSync } from "node:fs"
import path from "node:path"
import { expect, test } from "vitest"
import { root } from "./packages"

const documents = execFileSync("git", ["ls-files", "*.md"], { cwd: root, encoding: "utf8" })
  .split("\n")
  .filter((file) => file !== "")

const readLines = (file: string) => {
  const text = readFileSync(path.join(root, file), "utf8")
  return text.replace(/^```[\s\S]*?^```/gm, (block) => block.replace(/[^\n]/g, "")).split("\n")
}

/** The anchors of a document's headings, as GitHub makes them. */
const anchorsOf = (file: string) =>
  readLines(file)
    .filter((line) => /^#+ /.test(line))
    .map((line) => line.replace(/^#+ /, "").toLowerCase())
    .map((heading) => heading.replace(/[^\p{L}\p{N}\s_-]/gu, "").replaceAll(" ", "-"))

function isBroken(file: string, target: string): boolean {
  const [name = "", anchor] = target.split("#")
  const linked = name === "" ? file : path.join(path.dirname(file), name)
  if (!existsSync(path.join(root, linked))) return true
  return anchor !== undefined && linked.endsWith(".md") && !anchorsOf(linked).includes(anchor)
}

test("links between the documents lead to files and headings that exist", () => {
  const broken = documents.flatMap((file) =>
    readLines(file).flatMap((line, i) =>
      [...line.matchAll(/\]\((?:<([^>]+)>|([^)\s]+))\)/g)]
        .map(([, quoted, plain]) => quoted ?? plain ?? "")
        .filter((target) => !/^[a-z]+:/.test(target) && isBroken(file, target))
        .map((target) => `${file}:${i + 1} ${target}`),
    ),
  )
  expect(broken).toEqual([])
})
