import { expect, test } from "vitest"
import { errorHelp, explainReason, formatReason } from "./reasons"

test("a lost write may have been stored, so a retry can be refused and needs a new authorization", () => {
  const { fix } = errorHelp.database_unavailable
  expect(fix).not.toContain("Nothing was changed")
  expect(fix).toMatch(/may have been stored: .* code_replayed, start a new authorization/)
})

test("a reason is explained, and one of another version of the server is shown as words", () => {
  expect(explainReason("code_expired")).toBe(errorHelp.code_expired)
  expect(explainReason("moon_full").why).toBe("The step failed: moon full.")
  expect(explainReason("toString").why).toBe("The step failed: toString.")
  expect(formatReason("code_verifier_mismatch")).toBe("code verifier mismatch")
})
