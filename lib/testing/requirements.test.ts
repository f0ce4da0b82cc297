import { readdirSync, readFileSync } from "node:fs"
import path from "node:path"
import { expect, test } from "vitest"
import { root } from "./packages"

// docs/requirements.md is written by hand; this keeps it true.

/** The folders whose tests must all be named. */
const complete = ["e2e/endpoints", "e2e/races", "e2e/leaks"]

type Reference = { file: string; title: string; sections: string }

/** The rows of the tables: what is in the second and the third column. */
function readReferences(): Reference[] {
  const text = readFileSync(path.join(root, "docs/requirements.md"), "utf8")
  const rows = [...text.matchAll(/^\| .+ \| (.*) \| (\[.+) \|$/gm)]
  return rows.flatMap(([, sections = "", tests = ""]) =>
    tests.split("<br>").map((reference) => {
      const [, file = "", title = ""] = /^\[[^\]]+\]\(\.\.\/([^)]+)\): (.+)$/.exec(reference) ?? []
      return { file, title, sections }
    }),
  )
}

/** The titles of a file's tests, as rule and sections: "the rule - RFC 6749 5.2, RFC 7662 2.1". */
function readTitles(file: string): { title: string; sections: string[] }[] {
  const source = readFileSync(path.join(root, file), "utf8")
  return [...source.matchAll(/\btest\(\s*"((?:[^"\\]|\\.)*)"/g)].map(([, text = ""]) => {
    const at = text.lastIndexOf(" - ")
    return at < 0
      ? { title: text, sections: [] }
      : { title: text.slice(0, at), sections: withDocuments(text.slice(at + 3)) }
  })
}

/** Each section with its document: "RFC 8725 3.9, 3.12" is RFC 8725 3.9 and RFC 8725 3.12. */
function withDocuments(list: string): string[] {
  let document = ""
  return list.split(", ").map((part) => {
    if (/^\d/.test(part)) return `${document} ${part}`
    document = part.replace(/ [\d.]+$/, "")
    return part
  })
}

test("docs/requirements.md names tests that there are, with their sections", () => {
  const references = readReferences()
  expect(references.length).toBeGreaterThan(150)
  for (const { file, title, sections } of references) {
    const found = readTitles(file).find((candidate) => candidate.title === title)
    expect(found, `${file}: ${title}`).toBeDefined()
    expect(withDocuments(sections), `${file}: ${title}`).toEqual(expect.arrayContaining(found?.sections ?? []))
  }
})

for (const [page, least] of [
  ["docs/conformance.md", 40],
  ["docs/operations.md", 20],
] as const) {
  test(`${page} names tests that there are`, () => {
    const text = readFileSync(path.join(root, page), "utf8")
    const references = [...text.matchAll(/\]\(\.\.\/((?:deploy|e2e|lib)\/[^)]+\.ts)\): (.+?)(?= \||<br>|\.?$)/gm)]
    expect(references.length).toBeGreaterThan(least)
    for (const [, file = "", title = ""] of references) {
      expect(
        readTitles(file).map((found) => found.title),
        `${file}: ${title}`,
      ).toContain(title)
    }
  })
}

test("docs/requirements.md leaves out no test of the endpoints, the races and the leaks", () => {
  const named = new Set(readReferences().map(({ file, title }) => `${file}: ${title}`))
  const files = complete.flatMap((folder) => readdirSync(path.join(root, folder)).map((name) => `${folder}/${name}`))
  const titles = files.flatMap((file) => readTitles(file).map(({ title }) => `${file}: ${title}`))
  expect(titles.filter((title) => !named.has(title))).toEqual([])
})
