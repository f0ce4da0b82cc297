// A public client as an application in the browser would have it: everything about OAuth is the work of oauth4webapi.
// Where a scene breaks the flow, only the broken value is ours.
import * as oauth from "oauth4webapi"
import type { Fetch } from "./record"
import type { End } from "./run"

export const client: oauth.Client = { client_id: "playground" }
export const scope = "openid profile email offline_access"

/** Every request goes through the recorder; plain http is for localhost, where the server's issuer allows it. */
export function through(fetch: Fetch) {
  return { [oauth.customFetch]: fetch, [oauth.allowInsecureRequests]: location.protocol === "http:" }
}

export const redirectUri = (issuer: string) => `${issuer}/playground`
export const elsewhere = "https://attacker.example/callback"

export type Play = (issuer: string) => Promise<End | "leaving">

/** What a scene cannot be played without. */
export function need<T>(value: T | null): T {
  if (value === null) throw new Error("this scene needs what an earlier one has brought")
  return value
}
