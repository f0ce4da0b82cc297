import { visitProvider } from "@/lib/authentication/sign-in-with-provider"
import type { Flow } from "@/lib/flows/flow"
import { formatCookie, formatDeletedCookie } from "./cookies"
import type { EndpointResponse } from "./exchange"
import { redirect } from "./responses"

/** Seconds. How long the browser keeps what it needs when it comes back. */
const visitSeconds = 10 * 60

/**
 * Sends the browser to another provider. The state token of the authorization waits in a cookie: it is sealed already, and
 * bound to this browser.
 * @param target.fresh whether the person must sign in at the provider now, also when they are signed in there
 * @returns null when the provider does not answer
 */
export async function sendToProvider(
  providerId: string,
  target: { linkFor: string | null; next: string | null; state: string | null; fresh: boolean },
  flow: Flow | null,
): Promise<EndpointResponse | null> {
  const visit = await visitProvider(providerId, target, flow)
  if (!visit) return null
  const life = { maxAge: visitSeconds }
  const { state } = target
  return redirect(visit.url, [
    formatCookie("provider", visit.sealed, life),
    state === null ? formatDeletedCookie("provider-flow") : formatCookie("provider-flow", state, life),
  ])
}

/** The Set-Cookie headers that end a visit. */
export const forgetVisit = () => [formatDeletedCookie("provider"), formatDeletedCookie("provider-flow")]
