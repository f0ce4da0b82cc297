import type { ReactNode } from "react"
import type { DescribedScope } from "@/lib/clients/scope-descriptions"

/** What a Client asks for: its scopes in words, and the services where it can use them (RFC 8707). */
export function RequestedAccess(props: {
  client: ReactNode
  scopes: Pick<DescribedScope, "scope" | "description">[]
  resources: string[]
}) {
  const { client, scopes, resources } = props
  return (
    <div className="grid gap-6">
      {scopes.length + resources.length === 0 && (
        <p>{client} will only see that you signed in (a user ID). It won't see your name or email.</p>
      )}
      {scopes.length > 0 && (
        <section>
          <h2 className="mb-2.5 text-muted">{client} will be able to:</h2>
          <ul className="grid list-disc gap-2 ps-5 marker:text-edge">
            {scopes.map(({ scope, description }) => (
              <li key={scope} className="ps-1 [overflow-wrap:anywhere]">
                {description ?? <code className="font-mono text-sm">{scope}</code>}
              </li>
            ))}
          </ul>
        </section>
      )}
      {resources.length > 0 && (
        <section>
          <h2 className="mb-2.5 text-muted">To be used with these services:</h2>
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
