import { expect, test } from "vitest"
import type { FlowSummary } from "@/lib/flows/recorded-flow"
import { outcomeAt, progressOf } from "./progress"

test("a flow has reached the number of its last step, or of the step before one without a number", () => {
  expect(progressOf("authorization.verifies_credentials")).toMatchObject({ number: 5, of: 16 })
  expect(progressOf("authorization.asks_for_consent")).toMatchObject({ number: 7, of: 16 })
  expect(progressOf("refresh.returns_tokens")).toMatchObject({ title: "Refresh", number: 6, of: 6 })
})

test("an authorization in progress fails when it expires, and no other outcome changes with time", () => {
  const flow = (outcome: FlowSummary["outcome"]) => ({ outcome, expiresAt: 1_000 }) as FlowSummary
  expect([1_000, 1_001].map((now) => outcomeAt(flow("in progress"), now))).toEqual(["in progress", "failed"])
  for (const outcome of ["denied", "succeeded", "revoked"] as const)
    expect(outcomeAt(flow(outcome), 5_000)).toBe(outcome)
})
