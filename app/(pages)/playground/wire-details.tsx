import { JsonView } from "../_components/flow/json-view"
import { RequestMessage, ResponseMessage } from "./http-message"
import { decodeJwt } from "./jwt"
import type { Exchange } from "./run"

/** The requests and responses of a scene as the client sees them, folded because they are long. */
export function WireDetails({ exchanges }: { exchanges: Exchange[] }) {
  if (exchanges.length === 0) return null
  return (
    <details className="mt-3.5 text-sm">
      <summary className="w-fit rounded-sm font-medium text-muted hover:text-ink">
        What went over the wire{exchanges.length > 1 && ` (${exchanges.length} requests)`}
      </summary>
      <ol className="grid gap-5">
        {exchanges.map((exchange) => (
          <li key={exchange.id} className="min-w-0">
            <RequestMessage request={exchange.request} />
            {exchange.response && <ResponseMessage response={exchange.response} />}
            {exchange.response && <DecodedTokens body={exchange.response.body} />}
          </li>
        ))}
      </ol>
    </details>
  )
}

/** The JWTs of a token response. */
function DecodedTokens({ body }: { body: string }) {
  const response = findObject(body)
  const tokens = [
    { name: "Access token", jwt: decodeJwt(response?.access_token) },
    { name: "ID token", jwt: decodeJwt(response?.id_token) },
  ]
  return tokens.map(
    ({ name, jwt }) =>
      jwt && (
        <div key={name} className="mt-4 min-w-0">
          <p className="mb-1.5 text-sm font-medium text-muted">{name}, decoded</p>
          <div className="grid gap-2 rounded-lg bg-sunken p-3 font-mono text-xs">
            <p className="font-sans font-medium text-accent">Header</p>
            <JsonView value={jwt.header} />
            <p className="mt-1 font-sans font-medium text-string">Claims</p>
            <JsonView value={jwt.claims} />
          </div>
        </div>
      ),
  )
}

function findObject(text: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === "object" && value !== null ? { ...value } : null
  } catch {
    return null
  }
}
