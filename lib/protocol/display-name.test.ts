import { expect, test } from "vitest"
import { isDisplayName } from "./display-name"

test.each([
  "Ada Lovelace",
  "!",
  "O’Brien & Søn (2)",
  "Zoë",
  "山田太郎",
  "אבג (C++)\u200e",
  "محمد\u061c 12",
  "علی\u200cرضا",
  "\u{1f468}\u200d\u{1f469}\u200d\u{1f467}",
  "\u{1f3f4}\u{e0067}\u{e0062}\u{e0065}\u{e006e}\u{e0067}\u{e007f}",
  "a\u{fffd}b",
  "x".repeat(100),
])("%j is a name", (name) => {
  expect(isDisplayName(name)).toBe(true)
})

test.each([
  "",
  " ",
  "\u200c\u200d",
  "\u200f",
  "\u3164",
  "\u2800",
  "x".repeat(101),
  "a\nb",
  "a\tb",
  "a\0b",
  "a\u007fb",
  "a\u0085b",
  "a\u009bb",
  "a\u2028b",
  "a\u2029b",
  "a\u202eb",
  "a\u202ab",
  "a\u2066b",
  "a\u2069b",
  "a\u200bb",
  "a\u2060b",
  "a\u00adb",
  "a\ufeffb",
  "a\ud800b",
])("%j is not a name", (name) => {
  expect(isDisplayName(name)).toBe(false)
})
