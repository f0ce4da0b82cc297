import { describe, expect, test } from "vitest"
import { type BreakName, breaks, type Holding, planBreak, wholeTour } from "./plan"
import type { SceneName } from "./scenes"

const holdings: Holding[] = ["nothing", "secret", "code", "tokens"]

/** What a scene needs, and what the client has after it. */
const needs: Partial<Record<SceneName, Holding[]>> = {
  authorize: ["secret"],
  authorize_elsewhere: ["secret"],
  redeem: ["code"],
  redeem_stolen: ["code"],
  redeem_elsewhere: ["code"],
  replay_code: ["tokens"],
  refresh_old: ["tokens"],
  revoke: ["tokens"],
}
const gives: Partial<Record<SceneName, Holding>> = { prepare: "secret", authorize: "code", redeem: "tokens" }

describe("planBreak", () => {
  for (const { name } of breaks) {
    test.each(holdings)(`${name}: every scene has what it needs, starting with %s`, (holding) => {
      const { scenes, startsFlow } = planBreak(name, holding)
      let now: Holding = startsFlow ? "nothing" : holding
      for (const scene of scenes) {
        expect(needs[scene] ?? [now], scene).toContain(now)
        now = gives[scene] ?? now
      }
    })
  }

  test.each<[BreakName, SceneName]>([
    ["verifier", "redeem_stolen"],
    ["redirect", "redeem_elsewhere"],
  ])("%s pauses at its refusal, and the tour continues with the same code", (name, scene) => {
    const { scenes, waiting, startsFlow } = planBreak(name, "code")
    expect(startsFlow).toBe(false)
    expect(scenes[0]).toBe(scene)
    expect(scenes.slice(-waiting)).toEqual(wholeTour.slice(2))
  })

  test("without a code, the redirect URI of the authorization request is changed", () => {
    expect(planBreak("redirect", "secret").scenes).toEqual(["authorize_elsewhere"])
    expect(planBreak("redirect", "tokens")).toEqual({
      startsFlow: true,
      scenes: ["prepare", "authorize_elsewhere"],
      waiting: 0,
    })
  })

  test("a break that ends the session is followed by a scene that shows it", () => {
    expect(planBreak("code", "tokens")).toEqual({
      startsFlow: false,
      scenes: ["replay_code", "introspect"],
      waiting: 1,
    })
    expect(planBreak("revoke", "tokens").scenes).toEqual(["revoke", "introspect", "refresh"])
  })
})
