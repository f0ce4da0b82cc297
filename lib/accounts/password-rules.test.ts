import { describe, expect, test } from "vitest"
import { textsIn } from "@/lib/i18n/texts"
import { findPasswordProblem } from "./password-rules"

const email = "o'brien+tag@xn--mnchen-3ya.example"

describe("a password can be chosen when it", () => {
  test.each([
    ["has 8 characters", "kq7vexol"],
    ["is one long word of small letters", "gqzxmwplrtvbnhyf"],
    ["has spaces, at its ends too", "  my dog barks  "],
    ["has 8 characters that are not ASCII", "\u00e4\u00f6\u00fc\u00df\u00e9\u00e8\u00ea\u00eb"],
    ["has 8 emoji", "\u{1f600}\u{1f601}\u{1f602}\u{1f603}\u{1f604}\u{1f605}\u{1f606}\u{1f607}"],
    ["has 1,024 characters", `a${"b".repeat(1023)}`],
    ["has 1,024 characters of several bytes each", `a${"\u{1f600}".repeat(1023)}`],
    ["has 1,024 characters once they are composed", `a${"e\u0301".repeat(1023)}`],
    ["contains a part of the email address", "o'brien+tag in Munich"],
    ["has no capital, digit or sign", "correct horse battery staple"],
    ["holds a NUL", "kq7v\0exol"],
  ])("%s", (_, password) => {
    expect(findPasswordProblem(password, email)).toBeNull()
  })
})

describe("a password cannot be chosen when it", () => {
  test.each([
    ["is empty", "", "at least 8"],
    ["has 7 characters", "kq7vexo", "at least 8"],
    [
      "has 7 characters of two code units each",
      "\u{1f600}\u{1f601}\u{1f602}\u{1f603}\u{1f604}\u{1f605}\u{1f606}",
      "at least 8",
    ],
    ["has 7 characters once they are composed", "e\u0301".repeat(7), "at least 8"],
    ["has 1,025 characters", `a${"b".repeat(1024)}`, "at most 1,024"],
    ["is one character over and over", "aaaaaaaaaaaa", "use the same character"],
    ["is one emoji over and over", "\u{1f600}".repeat(8), "use the same character"],
    ["is nothing but spaces", " ".repeat(12), "use the same character"],
    ["is a common one", "password", "most common"],
    ["is a common one in other letters", "PassWord", "most common"],
    ["is a row of the keyboard", "qwertyuiop", "most common"],
    ["is a row of digits", "1234567890", "most common"],
    ["is the email address", email, "does not contain it"],
    ["contains the email address in other letters", `my O'Brien+tag@XN--mnchen-3ya.example!`, "does not contain it"],
    ["contains the email address as people read it", "o'brien+tag@M\u00fcnchen.example", "does not contain it"],
    ["contains the name of the service", "my OAuthFlow account", "name of this service"],
    ["contains the name of the service with spaces", "oauth flow 2026!", "name of this service"],
    ["contains it in decomposed letters", "o'brien+tag@mu\u0308nchen.example 1", "does not contain it"],
  ])("%s", (_, password, reason) => {
    const problem = findPasswordProblem(password, email)
    expect(problem && textsIn("en").t(problem)).toContain(reason)
  })
})
