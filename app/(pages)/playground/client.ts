import { authorize, authorizeElsewhere, prepare } from "./authorization-scenes"
import { redeem, redeemElsewhere, redeemStolen, replayCode } from "./code-scenes"
import type { Play } from "./oauth-client"
import { addScene, type End, endScene, getRun } from "./run"
import type { SceneName } from "./scenes"
import { introspect, refresh, refreshOld, revoke } from "./token-scenes"

/** Plays the next scene of the plan. @returns whether the browser is leaving the page */
export async function playNext(issuer: string): Promise<boolean> {
  const [name] = getRun().planned
  if (!name) return false
  addScene(name)
  // Whatever happens, the tour must not stand still.
  const end = await plays[name](issuer).catch((): End => "broken")
  if (end === "leaving") return true
  endScene(end)
  return false
}

const plays: Record<SceneName, Play> = {
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
