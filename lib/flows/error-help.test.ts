import { expect, test } from "vitest"
import { errorHelp, findErrorHelp, formatReason } from "./error-help"

test("a reason is explained, and one of another version of the server is shown as words", () => {
  expect(findErrorHelp("code_expired")).toBe(errorHelp.code_expired)
  expect(findErrorHelp("moon_full").why).toBe("The step failed: moon full.")
  expect(findErrorHelp("toString").why).toBe("The step failed: toString.")
  expect(formatReason("code_verifier_mismatch")).toBe("code verifier mismatch")
})
