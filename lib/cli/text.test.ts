import { expect, test } from "vitest"
import { formatRecord, formatTable, toSeconds, toText } from "./text"

test("a record has its values in one column, and one line for each item of a list", () => {
  expect(formatRecord({ sub: "1", redirect_uris: ["https://a", "https://b"], scope: [], name: null })).toBe(
    ["sub            1", "redirect_uris  https://a", "               https://b", "scope", "name"].join("\n"),
  )
})

test("a table has columns as wide as their widest cell", () => {
  expect(
    formatTable(
      ["ID", "NAME"],
      [
        ["1", "Ada"],
        ["1234", ""],
      ],
      "none",
    ),
  ).toBe(["ID    NAME", "1     Ada", "1234"].join("\n"))
  expect(formatTable(["ID"], [], "No rows.")).toBe("No rows.")
})

test("times are seconds in JSON and UTC for people", () => {
  const time = new Date("2026-01-02T03:04:05.678Z")
  expect(toSeconds(time)).toBe(1767323045)
  expect(toSeconds(null)).toBeNull()
  expect(toText(time)).toBe("2026-01-02 03:04:05 UTC")
  expect(toText(null)).toBe("")
})
