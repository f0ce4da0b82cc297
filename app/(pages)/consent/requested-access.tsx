import type { ReactNode } from "react"
import type { DescribedScope } from "@/lib/clients/scope-descriptions"
import type { Texts } from "@/lib/i18n/texts"

import { describeClaim, describeScope } from "../_components/permissions"

/** What a Client asks for: its scopes in words, and the services where it can use them (RFC 8707). */
export function RequestedAccess(props: {
  texts: Texts
  client: ReactNode
  scopes: DescribedScope[]
  claims: string[]
  resources: string[]
}) {
  const { texts, scopes, claims, resources } = props
  const { t } = texts
  const client = () => props.client
  const permissions = [
    ...scopes.map((scope) => ({ name: scope.scope, text: describeScope(texts, scope) })),
    ...claims.map((claim) => ({ name: claim, text: describeClaim(texts, claim) })),
  ]
  return (
    <div className="grid gap-6">
      {permissions.length + resources.length === 0 && <p>{t.rich("consent.nothing", { client })}</p>}
      {permissions.length > 0 && (
        <section>
          <h2 className="mb-2.5 text-muted">{t.rich("consent.scopes", { client })}</h2>
          <ul className="grid list-disc gap-2 ps-5 marker:text-edge">
            {permissions.map(({ name, text }) => (
              <li key={name} className="ps-1 [overflow-wrap:anywhere]">
                {text ?? <code className="font-mono text-sm">{name}</code>}
              </li>
            ))}
          </ul>
        </section>
      )}
      {resources.length > 0 && (
        <section>
          <h2 className="mb-2.5 text-muted">{t("consent.resources")}</h2>
          <ul className="grid list-disc gap-2 ps-5 marker:text-edge">
            {resources.map((resource) => (
              <li key={resource} className="ps-1 font-mono text-sm [overflow-wrap:anywhere]">
                {resource}
              </li>
            ))}
          </ul>
        </section>
      )}
    </div>
  )
}
