import type { DescribedScope } from "@/lib/clients/scope-descriptions"
import type { Texts } from "@/lib/i18n/texts"

/** What a scope allows, in words: the operator's text, or the built-in one of a standard scope. Null for one without: its name is shown. */
export function describeScope({ t }: Texts, { scope, description, source }: DescribedScope): string | null {
  return source === "built-in" && isStandard(scope) ? t(`scopes.${scope}`) : description
}

const standard = ["profile", "email", "address", "phone", "offline_access"] as const

const isStandard = (scope: string): scope is (typeof standard)[number] => standard.some((known) => known === scope)

/** What a claim that a Client requests by name allows, in words. */
export function describeClaim({ t }: Texts, claim: string): string {
  if (claim === "email_verified") return t("scopes.emailVerifiedClaim")
  return t("scopes.claim", { claim: claim.replaceAll("_", " ") })
}
