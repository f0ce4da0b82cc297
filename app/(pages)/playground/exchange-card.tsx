import { JsonView } from "./json-view"
import { decodeJwt } from "./jwt"
import { Answer, Request } from "./message"
import type { Exchange } from "./run"
import { type Explanation, explanations } from "./steps"

/** One request with its answer, what it is for, and what it means when it failed. */
export function ExchangeCard({ exchange }: { exchange: Exchange }) {
  const explanation = explanations[exchange.kind]
  return (
    <li className="card min-w-0 scroll-mt-6 px-5 py-5 sm:px-7 sm:py-6 lg:scroll-mt-12">
      <div className="flex flex-wrap items-baseline justify-between gap-x-4 gap-y-1 text-sm">
        <p className="font-medium text-accent">{describePlace(explanation, exchange.outcome)}</p>
        <Outcome exchange={exchange} />
      </div>
      <h2 className="mt-1 text-lg font-semibold tracking-tight">{explanation.title}</h2>
      <p className="mt-1 text-muted text-pretty">{explanation.about}</p>
      {exchange.outcome === "done" && <Steps explanation={explanation} />}
      <Request request={exchange.request} />
      {exchange.answer && <Answer answer={exchange.answer} folded={["metadata", "jwks"].includes(exchange.kind)} />}
      {exchange.answer && <Decoded body={exchange.answer.body} />}
      {exchange.problem && (
        <p className="mt-4 rounded-lg bg-danger-soft px-3.5 py-3 text-danger [overflow-wrap:anywhere]">
          {exchange.problem}
        </p>
      )}
    </li>
  )
}

/** After a failure nobody can say which of the steps were taken. */
function describePlace({ flow, first, steps }: Explanation, outcome: Exchange["outcome"]): string {
  if (first === undefined || !steps || outcome === "failed") return flow
  return `${flow}, steps ${first} ${steps.length === 2 ? "and" : "to"} ${first + steps.length - 1}`
}

function Outcome({ exchange: { outcome, answer } }: { exchange: Exchange }) {
  const words = { waiting: "waiting", done: "done", failed: "failed" }
  const look = outcome === "failed" ? "bg-danger-soft text-danger" : "bg-accent-soft text-accent"
  return (
    <p className="flex items-baseline gap-2.5 text-muted tabular-nums">
      {answer && <span>{answer.tookMs} ms</span>}
      <span className={`rounded-full px-2.5 py-0.5 font-medium ${look}`}>{answer?.status ?? words[outcome]}</span>
    </p>
  )
}

function Steps({ explanation: { first, steps } }: { explanation: Explanation }) {
  if (first === undefined || !steps) return null
  return (
    <details className="mt-3 text-sm">
      <summary className="w-fit rounded-sm font-medium">The steps</summary>
      <ol className="mt-2 grid gap-1.5">
        {steps.map((step, index) => (
          <li key={step} className="flex gap-3">
            <span className="w-6 shrink-0 text-end text-muted tabular-nums">{first + index}</span>
            {step}
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
  return (
    <div className="grid items-start gap-x-4 xl:grid-cols-2">
      {tokens.map(
        ({ name, jwt }) =>
          jwt && (
            <details key={name} open className="mt-4 min-w-0">
              <summary className="w-fit rounded-sm text-sm font-medium text-muted">{name}, decoded</summary>
              <div className="mt-1.5 grid gap-2 rounded-lg bg-sunken p-4 font-mono text-sm">
                <p className="font-sans font-medium text-accent">Header</p>
                <JsonView value={jwt.header} />
                <p className="mt-1 font-sans font-medium text-string">Claims</p>
                <JsonView value={jwt.claims} />
                <p className="font-sans text-muted">{describeTimes(jwt.claims)}</p>
              </div>
            </details>
          ),
      )}
    </div>
  )
}

function describeTimes({ iat, exp }: Record<string, unknown>): string {
  const time = (seconds: number) => new Date(seconds * 1000).toLocaleTimeString()
  return typeof iat === "number" && typeof exp === "number" ? `Issued at ${time(iat)}, expires at ${time(exp)}.` : ""
}

function parseObject(text: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === "object" && value !== null ? { ...value } : null
  } catch {
    return null
  }
}
