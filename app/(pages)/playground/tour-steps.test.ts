import { expect, test } from "vitest"
import { wholeTour } from "./plan"
import { stepsOfScenes, tourSteps } from "./tour-steps"

test("the whole tour has one scene for each step", () => {
  expect(stepsOfScenes(wholeTour)).toEqual(tourSteps)
})

test("a break belongs to the step that it breaks, and an introspection after it is the check", () => {
  expect(stepsOfScenes(["redeem_stolen", "redeem", "introspect", "replay_code", "introspect"])).toEqual([
    "Tokens",
    "Tokens",
    "Introspect",
    "Tokens",
    "Check",
  ])
})
