import type { SceneName } from "./scenes"

/** The steps of the stepper, in order. */
export const tourSteps = ["Secret", "Sign in", "Tokens", "Introspect", "Refresh", "Revoke", "Check"] as const

export type TourStep = (typeof tourSteps)[number]

const stepOfScene: Record<SceneName, TourStep> = {
  prepare: "Secret",
  authorize: "Sign in",
  authorize_elsewhere: "Sign in",
  redeem: "Tokens",
  redeem_stolen: "Tokens",
  redeem_elsewhere: "Tokens",
  replay_code: "Tokens",
  introspect: "Introspect",
  refresh: "Refresh",
  refresh_old: "Refresh",
  revoke: "Revoke",
}

const endsSession: SceneName[] = ["revoke", "replay_code", "refresh_old"]

/** The step that each scene belongs to. An introspection after the session has ended is the Check. */
export function stepsOfScenes(names: SceneName[]): TourStep[] {
  return names.map((name, i) =>
    name === "introspect" && names.slice(0, i).some((before) => endsSession.includes(before))
      ? "Check"
      : stepOfScene[name],
  )
}
