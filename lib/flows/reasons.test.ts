import { expect, test } from "vitest"
import { explainReason, explanations, formatReason, listReasonsWith } from "./reasons"

test("a lost write may have been stored, so a retry can be refused and needs a new authorization", () => {
  const { fix } = explanations.database_unavailable
  expect(fix).not.toContain("Nothing was changed")
  expect(fix).toMatch(/may have been stored: .* code_replayed, start a new authorization/)
})

test("a reason is explained, and one of another version of the server is shown as words", () => {
  expect(explainReason("code_expired")).toBe(explanations.code_expired)
  expect(explainReason("moon_full")).toMatchObject({ label: "Moon full", why: "The step failed: moon full." })
  expect(explainReason("toString").why).toBe("The step failed: toString.")
  expect(formatReason("code_of_another_client")).toBe("Code belongs to another client")
})

test("every reason has a short label of its own, which is not its code", () => {
  const labels = Object.values(explanations).map(({ label }) => label)
  expect(new Set(labels).size).toBe(labels.length)
  for (const label of labels) expect(label).toMatch(/^[A-Z][A-Za-z -]{3,39}$/)
})

test("reasons are found by their code and by their label", () => {
  expect(listReasonsWith("code_verifier")).toEqual(["code_verifier_mismatch"])
  expect(listReasonsWith("BELONGS TO ANOTHER")).toEqual([
    "code_of_another_client",
    "refresh_token_of_another_client",
    "token_of_another_client",
  ])
  expect(listReasonsWith("no such reason")).toEqual([])
})
