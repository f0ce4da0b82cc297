// A public client, as a browser app would have it. oauth4webapi does everything about OAuth; where a scene breaks the
// flow, only the broken value is made here.
import * as oauth from "oauth4webapi"
import type { Fetch } from "./record-exchange"
import type { FinalOutcome } from "./run"

export const client: oauth.Client = { client_id: "playground" }
export const scope = "openid profile email offline_access"

/** The options that send a request through `fetch`. Plain http is allowed where the page itself is on http. */
export function requestOptions(fetch: Fetch) {
  return { [oauth.customFetch]: fetch, [oauth.allowInsecureRequests]: location.protocol === "http:" }
}

export const redirectUri = (issuer: string) => `${issuer}/playground`
export const attackerRedirectUri = "https://attacker.example/callback"

/** Plays a scene. `leaving` when the browser is about to leave the page, so that the scene ends after its return. */
export type PlayScene = (issuer: string) => Promise<FinalOutcome | "leaving">

/** @throws Error when an earlier scene has not provided the value */
export function getProvided<T>(value: T | null): T {
  if (value === null) throw new Error("this scene needs a value that an earlier scene provides")
  return value
}
