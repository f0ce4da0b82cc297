import { JsonView } from "./json-view"
import { JwtText } from "./jwt-text"
import type { Exchange, Pairs } from "./run"

/** A request as it went over the wire, one parameter a line. */
export function Request({ request }: { request: Exchange["request"] }) {
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

/** An answer as it came. @param folded whether a long body waits to be opened */
export function Answer({ answer, folded }: { answer: NonNullable<Exchange["answer"]>; folded: boolean }) {
  return (
    <Block title="Answer">
      <p className="font-medium">HTTP {answer.status}</p>
      <Lines pairs={answer.headers} />
      {answer.body === "" ? null : folded ? (
        <details>
          <summary className="w-fit rounded-sm font-sans font-medium">The whole answer</summary>
          <div className="mt-2">
            <Body text={answer.body} />
          </div>
        </details>
      ) : (
        <Body text={answer.body} />
      )}
    </Block>
  )
}

function Block({ title, children }: { title: string; children: React.ReactNode }) {
  return (
    <div className="mt-4">
      <h3 className="mb-1.5 text-sm font-medium text-muted">{title}</h3>
      <div className="grid gap-3 rounded-lg bg-sunken p-4 font-mono text-sm">{children}</div>
    </div>
  )
}

function Lines({ pairs, mark }: { pairs: Pairs; mark?: string }) {
  if (pairs.length === 0) return null
  return (
    <dl className="grid gap-x-4 gap-y-1 sm:grid-cols-[max-content_minmax(0,1fr)]">
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
