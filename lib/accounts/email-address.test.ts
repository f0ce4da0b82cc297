import { describe, expect, test } from "vitest"
import { textsIn } from "@/lib/i18n/texts"
import { findEmailProblem, normalizeEmail, toLookupEmail, toReadableEmail } from "./email-address"

// Each of these is valid in Chromium's e-mail field, as it is sent.
describe("an email address that a browser's field accepts is one: ", () => {
  test.each([
    "ada@example.com",
    "o'brien+tag@example.com",
    "a!#$%&'*+/=?^_`{|}~-b@example.com",
    "a..b@example.com",
    ".a.@example.com",
    "-@example.com",
    "user@localhost",
    "user@127.0.0.1",
    "user@1.2",
    "user@999",
    "user@a-b.c--d.x1",
    "user@xn--mnchen-3ya.example",
    "user@xn--not-punycode",
    `${"a".repeat(64)}@example.com`,
    `a@${"b".repeat(63)}.${"c".repeat(63)}.example`,
    `${"a".repeat(64)}@${"b".repeat(63)}.${"c".repeat(63)}.${"d".repeat(61)}`,
  ])("%s", (email) => {
    expect(normalizeEmail(email)).toBe(email)
  })
})

describe("one form is stored and looked up:", () => {
  test.each([
    ["  Ada.Lovelace@Example.COM\n", "ada.lovelace@example.com"],
    ["O'Brien+TAG@example.com", "o'brien+tag@example.com"],
    ["ada@m\u00fcnchen.example", "ada@xn--mnchen-3ya.example"],
    ["ADA@M\u00dcNCHEN.EXAMPLE", "ada@xn--mnchen-3ya.example"],
    ["ada@mu\u0308nchen.example", "ada@xn--mnchen-3ya.example"],
    ["ada@XN--MNCHEN-3YA.example", "ada@xn--mnchen-3ya.example"],
    ["ada@\u4f8b\u3048\u3002\u30c6\u30b9\u30c8", "ada@xn--r8jz45g.xn--zckzah"],
    ["ada@\uff45\uff58\uff41\uff4d\uff50\uff4c\uff45\uff0e\uff43\uff4f\uff4d", "ada@example.com"],
    ["ada@\u0639\u0631\u0628\u064a.example", "ada@xn--ngbrx4e.example"],
    ["ada@fa\u00df.de", "ada@xn--fa-hia.de"],
    ["ada@\u2603.net", "ada@xn--n3h.net"],
    ["ada@\u00fc.1", "ada@xn--tda.1"],
    ["ada@\uff11.\uff12", "ada@1.2"],
  ])("%j is %s", (typed, email) => {
    expect(normalizeEmail(typed)).toBe(email)
    expect(normalizeEmail(email)).toBe(email)
  })
})

describe("what is not an email address is refused, with what to enter:", () => {
  const example = "such as ada@example.com"
  const letters = "only letters from a to z"
  const length = "at most 64 characters before the @, and 254 in all"
  test.each([
    ["", example],
    ["ada", example],
    ["ada@", example],
    ["@example.com", example],
    ["ada@example.com.", example],
    ["ada@.example.com", example],
    ["ada@a..b", example],
    ["ada@-a.example", example],
    ["ada@a-.example", example],
    ["ada@a_b.example", example],
    ["ada@\u00fc_b.example", example],
    ["ada@\u00fc..example", example],
    ["ada@\u00fc.example.", example],
    ["ada@\u00fc.example/x", example],
    ["ada@\u00fc.example:80", example],
    ["ada@\u00fc%2eexample", example],
    ["ada@x\u00fc\t.example", example],
    ["ada@\u2100.example", example],
    ["ada@xn--\u00fc.example", example],
    ["ada@\ud800.example", example],
    [`ada@${"b".repeat(64)}.example`, example],
    [`ada@\u00fc${"b".repeat(60)}.example`, example],
    ["ada@[192.0.2.1]", example],
    ["ada\uff20example.com", example],
    ["ada lovelace@example.com", letters],
    ["ada@example.com@example.com", letters],
    ["ada@example.com\r\nBcc: x@example.com", letters],
    ['"ada"@example.com', letters],
    ["<ada@example.com", letters],
    ["\u00e9va@example.com", letters],
    ["\u212aim@example.com", letters],
    ["ada\0@example.com", letters],
    ["ada@example.com\0", example],
    [`${"a".repeat(65)}@example.com`, length],
    [`${"a".repeat(64)}@${"b".repeat(63)}.${"c".repeat(63)}.${"d".repeat(62)}`, length],
  ])("%j", (typed, reason) => {
    expect(normalizeEmail(typed)).toBeNull()
    expect(textsIn("en").t(findEmailProblem(typed))).toContain(reason)
  })
})

describe("a User is looked up by", () => {
  test.each([
    ["Ada@M\u00fcnchen.example", "ada@xn--mnchen-3ya.example"],
    [" A@Foo-.com ", "a@foo-.com"],
    [`a@${"b".repeat(64)}.example`, `a@${"b".repeat(64)}.example`],
    [`${"a".repeat(65)}@example.com`, `${"a".repeat(65)}@example.com`],
    [`${"a".repeat(243)}@example.com`, null],
    ["a@foo\0-.com", null],
    ["\u00e9@foo-.com", null],
    ["a b@foo-.com", null],
    ["ada", null],
    ["", null],
  ])("%j as %j", (typed, email) => {
    expect(toLookupEmail(typed)).toBe(email)
  })
})

describe("its owner reads", () => {
  test.each([
    ["ada@xn--mnchen-3ya.example", "ada@m\u00fcnchen.example"],
    ["ada@example.com", "ada@example.com"],
    ["ada@1.2", "ada@1.2"],
    ["ada@xn--a.example", "ada@xn--a.example"],
  ])("%s as %s", (email, readable) => {
    expect(toReadableEmail(email)).toBe(readable)
    expect(normalizeEmail(readable)).toBe(email)
  })
})
