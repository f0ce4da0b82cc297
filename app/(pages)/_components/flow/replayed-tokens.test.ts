import { expect, test } from "vitest"
import { makeRequest, makeStep } from "@/lib/testing/flows"
import { findReplayedTokens } from "./replayed-tokens"

test("a replay shows the refresh token that was presented next to the one that was valid at that time", () => {
  const failed = makeStep("refresh.validates_token", 5, {}, { reason: "refresh_token_replayed" })
  const presents = makeStep("refresh.retrieves_session", 4, { refresh_token: "#11111111" })
  const passed = makeStep("refresh.validates_token", 6)
  const recorded = [
    makeRequest(1, "POST /token", [makeStep("authorization.stores_tokens", 1, { refresh_token: "#11111111" })]),
    makeRequest(2, "POST /refresh", [makeStep("refresh.stores_tokens", 2, { current: "#22222222" })]),
    makeRequest(3, "POST /refresh", [presents, failed], 400),
    makeRequest(4, "POST /refresh", [passed, makeStep("refresh.stores_tokens", 7, { current: "#33333333" })]),
  ]
  expect(findReplayedTokens(failed, recorded)).toEqual({ presented: "#11111111", current: "#22222222" })
  expect(findReplayedTokens(failed, [makeRequest(3, "POST /refresh", [failed], 400)])).toBeNull()
  expect(findReplayedTokens(passed, recorded)).toBeNull()
})
