import type { SceneName } from "./scenes"

/** The tour from the first secret to the check that finds the token inactive. */
export const wholeTour: SceneName[] = [
  "prepare",
  "authorize",
  "redeem",
  "introspect",
  "refresh",
  "revoke",
  "introspect",
]

/** What the client has, in the order in which a flow gets it. */
export type Holding = "nothing" | "secret" | "code" | "tokens"

export type Break = { name: string; label: string; about: string }

/** The ways to break a flow on purpose. */
export const breaks = [
  { name: "verifier", label: "Change the verifier", about: "A thief has the code but not the verifier." },
  { name: "code", label: "Replay the code", about: "Someone sends the whole request a second time." },
  { name: "redirect", label: "Change the redirect URI", about: "Someone asks for the code to be sent elsewhere." },
  { name: "refresh", label: "Use an old refresh token", about: "A copy of a spent token turns up." },
  { name: "revoke", label: "Revoke the tokens early", about: "The tokens haven't expired, but no longer work." },
] as const satisfies Break[]

export type BreakName = (typeof breaks)[number]["name"]

export type Plan = {
  /** Whether it starts a new flow. */
  startsFlow: boolean
  scenes: SceneName[]
  /** How many of the last scenes wait for the next-action button, because there is a refusal to look at first. */
  waiting: number
}

/**
 * Plans a break from what the client has: first the scenes that the break needs, then the break, then a scene that
 * shows its effect. After a break that does no harm, the rest of the tour follows.
 */
export function planBreak(name: BreakName, holding: Holding): Plan {
  switch (name) {
    case "verifier":
      return makePlan(scenesToCode(holding), ["redeem_stolen"], restOfTour)
    case "redirect":
      if (holding === "code") return makePlan([], ["redeem_elsewhere"], restOfTour)
      return makePlan(scenesToSecret(holding), ["authorize_elsewhere"], [])
    case "code":
      return makePlan(scenesToTokens(holding), ["replay_code"], ["introspect"])
    case "refresh":
      return makePlan(scenesToTokens(holding), ["refresh_old"], ["introspect"])
    case "revoke":
      return makePlan(scenesToTokens(holding), ["revoke", "introspect"], ["refresh"])
  }
}

const restOfTour = wholeTour.slice(wholeTour.indexOf("redeem"))

function makePlan(before: SceneName[], broken: SceneName[], after: SceneName[]): Plan {
  return { startsFlow: before[0] === "prepare", scenes: [...before, ...broken, ...after], waiting: after.length }
}

const scenesToSecret = (holding: Holding): SceneName[] => (holding === "secret" ? [] : ["prepare"])

/** A redeemed code can't be redeemed again, so a client with tokens starts a new flow. */
const scenesToCode = (holding: Holding): SceneName[] =>
  holding === "code" ? [] : [...scenesToSecret(holding), "authorize"]

const scenesToTokens = (holding: Holding): SceneName[] =>
  holding === "tokens" ? [] : [...scenesToCode(holding), "redeem"]
