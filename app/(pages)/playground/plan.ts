import type { SceneName } from "./scenes"

/** From the first secret to the answer that the token counts no more. */
export const wholeTour: SceneName[] = [
  "prepare",
  "authorize",
  "redeem",
  "introspect",
  "refresh",
  "revoke",
  "introspect",
]

/** What the client has in hand: each of them begins where the one before ends. */
export type Holding = "nothing" | "secret" | "code" | "tokens"

export type Break = { name: string; label: string; about: string }

/** The ways to break a flow on purpose. */
export const breaks = [
  { name: "verifier", label: "Change the verifier", about: "A thief has the code, and guesses the verifier." },
  { name: "code", label: "Replay the code", about: "Somebody sends the whole request a second time." },
  { name: "redirect", label: "Change the redirect URI", about: "The code is to go somewhere else." },
  { name: "refresh", label: "Use an old refresh token", about: "A copy of a spent token turns up." },
  { name: "revoke", label: "Revoke in the middle", about: "The tokens are in time, and worth nothing." },
] as const satisfies Break[]

export type BreakName = (typeof breaks)[number]["name"]

export type Plan = {
  /** Whether it begins a flow of its own. */
  anew: boolean
  /** What is to be done, in order. */
  scenes: SceneName[]
  /** How many of the last ones wait for a press of "next": there is something to look at before. */
  waiting: number
}

/**
 * What it takes to break the flow in this way, from where the client stands: as much of a flow as is missing for it,
 * then the break, and what shows its effect. What does no harm is followed by the rest of the tour.
 */
export function planBreak(name: BreakName, holding: Holding): Plan {
  switch (name) {
    case "verifier":
      return pausing(upToCode(holding), ["redeem_stolen"], restOfTour)
    case "redirect":
      if (holding === "code") return pausing([], ["redeem_elsewhere"], restOfTour)
      return pausing(missingSecret(holding), ["authorize_elsewhere"], [])
    case "code":
      return pausing(upToTokens(holding), ["replay_code"], ["introspect"])
    case "refresh":
      return pausing(upToTokens(holding), ["refresh_old"], ["introspect"])
    case "revoke":
      return pausing(upToTokens(holding), ["revoke", "introspect"], ["refresh"])
  }
}

const restOfTour = wholeTour.slice(wholeTour.indexOf("redeem"))

function pausing(before: SceneName[], broken: SceneName[], after: SceneName[]): Plan {
  return { anew: before[0] === "prepare", scenes: [...before, ...broken, ...after], waiting: after.length }
}

const missingSecret = (holding: Holding): SceneName[] => (holding === "secret" ? [] : ["prepare"])

/** A code that was redeemed is none any more, so whoever has tokens begins anew. */
const upToCode = (holding: Holding): SceneName[] => (holding === "code" ? [] : [...missingSecret(holding), "authorize"])

const upToTokens = (holding: Holding): SceneName[] => (holding === "tokens" ? [] : [...upToCode(holding), "redeem"])
