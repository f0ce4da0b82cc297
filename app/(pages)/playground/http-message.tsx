import { JsonView } from "../_components/flow/json-view"
import { JwtText } from "../_components/flow/jwt-text"
import { ScrollBox } from "../_components/flow/scroll-box"
import type { Exchange, Pairs } from "./run"

/** A request as it was sent, one parameter to a line. */
export function RequestMessage({ request }: { request: Exchange["request"] }) {
  const url = new URL(request.url)
  return (
    <Block title="Request">
      <p className="[overflow-wrap:anywhere]">
        <span className="font-medium text-accent">{request.method}</span> {url.origin}
        <wbr />
        {url.pathname}
      </p>
      <Lines pairs={[...url.searchParams]} mark="?" />
      <Lines pairs={request.headers} />
      <Lines pairs={request.form} mark="&" />
    </Block>
  )
}

/** A response as it was received. */
export function ResponseMessage({ response }: { response: NonNullable<Exchange["response"]> }) {
  return (
    <Block title={`Response after ${response.tookMs} ms`}>
      <p className="font-medium">HTTP {response.status}</p>
      <Lines pairs={response.headers} />
      {response.body !== "" && (
        <ScrollBox label="Response body">
          <Body text={response.body} />
        </ScrollBox>
      )}
    </Block>
  )
}

function Block({ title, children }: { title: string; children: React.ReactNode }) {
  return (
    <div className="mt-4">
      <p className="mb-1.5 text-sm font-medium text-muted">{title}</p>
      <div className="grid gap-2.5 rounded-lg bg-sunken p-3 font-mono text-xs">{children}</div>
    </div>
  )
}

function Lines({ pairs, mark }: { pairs: Pairs; mark?: string }) {
  if (pairs.length === 0) return null
  return (
    <dl className="grid gap-x-3 gap-y-1 sm:grid-cols-[max-content_minmax(0,1fr)]">
      {pairs.map(([name, value]) => (
        <div key={name} className="contents">
          <dt className="text-muted max-sm:mt-1.5">
            {name}
            {mark ? "=" : ":"}
          </dt>
          <dd className="[overflow-wrap:anywhere]">
            <JwtText text={value} />
          </dd>
        </div>
      ))}
    </dl>
  )
}

function Body({ text }: { text: string }) {
  try {
    return <JsonView value={JSON.parse(text)} />
  } catch {
    return <p className="whitespace-pre-wrap [overflow-wrap:anywhere]">{text}</p>
  }
}
