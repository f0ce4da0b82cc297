import { expect, test } from "vitest"
import { parseLoginHint } from "./login-hint"

test("an address is accepted", () => {
  for (const hint of ["ada@example.com", "a@b", "\u00e4da+x@ex\u00e4mple.com"]) expect(parseLoginHint(hint)).toBe(hint)
})

test("anything else is ignored: a phone number, a name, two addresses, a very long one", () => {
  for (const hint of [
    undefined,
    "+49 30 1234567",
    "ada",
    "@",
    "ada@",
    "@example.com",
    "a@b c@d",
    "a@b@c",
    `${"a".repeat(250)}@example.com`,
  ]) {
    expect(parseLoginHint(hint)).toBeNull()
  }
})
