import { listClients } from "@/lib/data/clients"
import { findScopeDescriptions, listScopeDescriptions } from "@/lib/data/scope-descriptions"
import { en } from "@/lib/i18n/messages/en"

/** What the consent page shows for a scope. `description` is null for one without: the page shows its name. */
export type DescribedScope = { scope: string; description: string | null; source: "operator" | "built-in" | null }

const { profile, email, address, phone, offline_access } = en.scopes

/** Each completes the sentence "The app will be able to: ...". The consent page has them in the person's language. */
const builtIn = new Map(Object.entries({ profile, email, address, phone, offline_access }))

/** `openid` is the sign-in itself, so no one is asked about it. */
const isAskedFor = (scope: string) => scope !== "openid"

/** The scopes that a User is asked about, in their order, with their descriptions. */
export async function describeScopes(scopes: string[]): Promise<DescribedScope[]> {
  const asked = scopes.filter(isAskedFor)
  return withDescriptions(asked, await findScopeDescriptions(asked))
}

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
    const standard: string | undefined = builtIn.get(scope)
    return { scope, description: standard ?? null, source: standard === undefined ? null : "built-in" }
  })
}
