import { listClients } from "@/lib/data/clients"
import { findScopeDescriptions, listScopeDescriptions } from "@/lib/data/scope-descriptions"

/** What the consent page shows for a scope. `description` is null for one without: the page shows its name. */
export type DescribedScope = { scope: string; description: string | null; source: "operator" | "built-in" | null }

/** Each completes the sentence "The app will be able to: ...". */
const builtIn = new Map([
  ["profile", "See your name"],
  ["email", "See your email address"],
  ["address", "See your postal address"],
  ["phone", "See your phone number"],
  ["offline_access", "Keep access when you're not using the app"],
])

/** `openid` is the sign-in itself, so no one is asked about it. */
const isAskedFor = (scope: string) => scope !== "openid"

/** The scopes that a User is asked about, in their order, with their descriptions. */
export async function describeScopes(scopes: string[]): Promise<DescribedScope[]> {
  const asked = scopes.filter(isAskedFor)
  return withDescriptions(asked, await findScopeDescriptions(asked))
}

/** What the consent page shows for a claim that a Client requests by name. */
export const describeClaim = (claim: string): string =>
  claim === "email_verified" ? "See whether your email address is verified" : `See your ${claim.replaceAll("_", " ")}`

/** Every scope that consent pages can show: the standard ones, those of the clients, and those with a description. */
export async function listDescribedScopes(): Promise<DescribedScope[]> {
  const [clients, stored] = [await listClients(), await listScopeDescriptions()]
  const others = [...clients.flatMap(({ scope }) => scope), ...stored.map(({ scope }) => scope)]
  const scopes = new Set([...builtIn.keys(), ...others.filter(isAskedFor).sort()])
  return withDescriptions([...scopes], stored)
}

function withDescriptions(scopes: string[], stored: { scope: string; description: string }[]): DescribedScope[] {
  const byOperator = new Map(stored.map(({ scope, description }) => [scope, description]))
  return scopes.map((scope) => {
    const own = byOperator.get(scope)
    if (own !== undefined) return { scope, description: own, source: "operator" }
    const standard = builtIn.get(scope)
    return { scope, description: standard ?? null, source: standard === undefined ? null : "built-in" }
  })
}
