import { expect, test } from "vitest"
import { isEarlierSignIn } from "./sign-in-with-provider"

const minutes = (count: number) => count * 60_000
const begun = Date.UTC(2026, 10, 27)
const visit = { fresh: true, expiresAt: begun + minutes(10) }

test.each([
  ["after the visit began", { authTime: begun / 1000 + 5 }, visit, false],
  ["before it, by a clock that is slow", { authTime: begun / 1000 - 30 }, visit, false],
  ["an hour before it", { authTime: begun / 1000 - 3_600 }, visit, true],
  ["at a time that is not reported", { authTime: null }, visit, false],
  [
    "an hour before a visit that needs no new one",
    { authTime: begun / 1000 - 3_600 },
    { ...visit, fresh: false },
    false,
  ],
])("a sign-in %s", (_, identity, of, expected) => {
  expect(isEarlierSignIn(identity, of)).toBe(expected)
})
