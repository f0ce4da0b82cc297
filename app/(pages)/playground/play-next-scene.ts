import { authorize, authorizeElsewhere, prepare } from "./authorization-scenes"
import { redeem, redeemElsewhere, redeemStolen, replayCode } from "./code-scenes"
import { endScene, type FinalOutcome, getRun, startScene } from "./run"
import type { SceneName } from "./scenes"
import { introspect, refresh, refreshOld, revoke } from "./token-scenes"
import type { PlayScene } from "./tour-client"

/** Plays the next planned scene. @returns whether the browser is leaving the page */
export async function playNextScene(issuer: string): Promise<boolean> {
  const [name] = getRun().planned
  if (!name) return false
  startScene(name)
  // An unexpected error must not leave the tour stuck in progress.
  const outcome = await players[name](issuer).catch((): FinalOutcome => "interrupted")
  if (outcome === "leaving") return true
  endScene(outcome)
  return false
}

const players: Record<SceneName, PlayScene> = {
  prepare,
  authorize,
  authorize_elsewhere: authorizeElsewhere,
  redeem,
  redeem_stolen: redeemStolen,
  redeem_elsewhere: redeemElsewhere,
  replay_code: replayCode,
  introspect,
  refresh,
  refresh_old: refreshOld,
  revoke,
}
