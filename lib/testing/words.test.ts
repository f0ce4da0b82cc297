import { execFileSync } from "node:child_process"
import { readFileSync } from "node:fs"
import path from "node:path"
import { expect, test } from "vitest"
import { root } from "./packages"

/** Words that this project used and that no one in this field uses, each with what to write instead. */
const replacements: [word: RegExp, instead: string][] = [
  [/\bmend(s|ed|ing)?\b/i, "fix, how to fix it"],
  [/\b(nobody|whoever|somebody|anybody)\b/i, "no one, the caller, the client, the user"],
  [/\b(who asks|for whom)\b/i, "the caller, the client, the user"],
  [/\b(has none of (it|them)|(it|that|which|they) (is|are) none)\b/i, "does not exist, is missing"],
  [/\banew\b/i, "again"],
  [/\bat once\b/i, "immediately, at the same time"],
  [/\ball the same\b/i, "anyway"],
  [/\b(of )?ours\b/i, "our, this server's"],
  [/\b(it|row|they|which|that) stands?\b/i, "exists, is, appears"],
  [/\b(came to|got as far as)\b/i, "reached"],
  [/\b(under way)\b/i, "started, in progress"],
  [/\btake it along\b/i, "export"],
  [/\bnumber of this (flow|error)\b/i, "flow ID, reference"],
  [/\bmay be asked for again\b/i, "can be retried"],
  [/\b(is|are|be) worth\b/i, "is valid for"],
  [/\b(a|two|one) ways? in\b(?! which\b)/i, "an entry point"],
  [/\b(counts? still|still counts?|no longer counts?|good no more)\b/i, "is still valid, is no longer valid"],
  [/\bas a rule\b/i, "usually"],
  [/\bletter by letter\b/i, "character by character"],
]

/** Texts that others have written: the diagrams' steps and the Unix user `nobody`. A quotation of an RFC has quotation marks. */
const exceptions = [/findOwner\("nobody"\)/, /RFC \d+.*: "/, /OpenID Connect Core.*: "/]

const files = execFileSync("git", ["ls-files", "lib", "app", "docs", "README.md"], { cwd: root, encoding: "utf8" })
  .split("\n")
  .filter((file) => /\.(ts|tsx|mjs|md|css)$/.test(file) && file !== "lib/testing/words.test.ts")

test("code, pages and documents use the usual words", () => {
  const found = files.flatMap((file) =>
    readFileSync(path.join(root, file), "utf8")
      .split("\n")
      .flatMap((line, i) =>
        exceptions.some((exception) => exception.test(line))
          ? []
          : replacements.flatMap(([word, instead]) => {
              const match = word.exec(line)
              return match ? [`${file}:${i + 1} "${match[0]}": write ${instead}`] : []
            }),
      ),
  )
  expect(found).toEqual([])
})
