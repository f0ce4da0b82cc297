import { JsonView } from "../_components/flow/json-view"
import { decodeJwt } from "./jwt"
import { Answer, Request } from "./message"
import type { Exchange } from "./run"

/** What went over the wire in a scene, as the client sees it: folded, because it is long. */
export function Wire({ exchanges }: { exchanges: Exchange[] }) {
  if (exchanges.length === 0) return null
  return (
    <details className="mt-3.5 text-sm">
      <summary className="w-fit rounded-sm font-medium text-muted hover:text-ink">
        {exchanges.length === 1 ? "What went over the wire" : `What went over the wire, ${exchanges.length} times`}
      </summary>
      <ol className="grid gap-5">
        {exchanges.map((exchange) => (
          <li key={exchange.id} className="min-w-0">
            <Request request={exchange.request} />
            {exchange.answer && <Answer answer={exchange.answer} />}
            {exchange.answer && <Decoded body={exchange.answer.body} />}
          </li>
        ))}
      </ol>
    </details>
  )
}

/** The JWTs of a token response. */
function Decoded({ body }: { body: string }) {
  const answer = parseObject(body)
  const tokens = [
    { name: "Access token", jwt: decodeJwt(answer?.access_token) },
    { name: "ID token", jwt: decodeJwt(answer?.id_token) },
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

function parseObject(text: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === "object" && value !== null ? { ...value } : null
  } catch {
    return null
  }
}
