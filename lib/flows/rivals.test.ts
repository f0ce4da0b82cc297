import { expect, test } from "vitest"
import type { StepName } from "./diagrams"
import type { Facts } from "./facts"
import type { RecordedStep } from "./record"
import { findRivals } from "./rivals"

function step(seq: number, name: StepName, requestId: string, facts: Facts, reason?: string): RecordedStep {
  const failure = reason ? { reason } : null
  return { kind: "step", seq, flowId: "f", requestId, name, at: seq, durationMs: 0, facts, failure }
}

test("a replay shows the refresh token that was presented beside the one that is good", () => {
  const failed = step(5, "refresh.validates_token", "c", {}, "refresh_token_replayed")
  const recorded = [
    step(1, "authorization.stores_tokens", "a", { refresh_token: "#11111111" }),
    step(2, "refresh.stores_tokens", "b", { previous: "#11111111", current: "#22222222" }),
    step(4, "refresh.retrieves_session", "c", { refresh_token: "#11111111" }),
    failed,
    step(6, "refresh.stores_tokens", "d", { current: "#33333333" }),
  ]
  expect(findRivals(failed, recorded)).toEqual({ presented: "#11111111", current: "#22222222" })
  expect(findRivals(failed, [failed])).toBeNull()
  expect(findRivals(step(5, "refresh.validates_token", "c", {}), recorded)).toBeNull()
})
