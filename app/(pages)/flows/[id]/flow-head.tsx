import type { ReactNode } from "react"
import { exportFormats } from "@/lib/flows/exports"
import type { FlowSummary } from "@/lib/flows/recorded-flow"
import { ClientName } from "../../_components/client-name"
import { formatAgo, formatDuration, formatTimestamp } from "../../_components/flow/format-time"
import { outcomeAt, progressOf } from "../../_components/flow/progress"
import type { StreamState } from "../../_components/flow/use-stream"
import { CopyButton } from "../_components/copy-button"
import { OutcomePill } from "../_components/outcome-pill"
import { formatRefusedRequests } from "../_components/refused-requests"
import { StreamStatus } from "../_components/stream-status"
import { useNow } from "../_components/use-now"

type Props = {
  flow: FlowSummary
  /** The id of the last failed step. */
  failedId: string | null
  stream: StreamState
  now: number
}

/** The client, the user, the times and the outcome of a flow. */
export function FlowHead({ flow, failedId, stream, now: start }: Props) {
  const now = useNow(start, 5000)
  const outcome = outcomeAt(flow, now)
  const refusedRequests = formatRefusedRequests({ ...flow, outcome })
  const { title, number, of } = progressOf(flow.lastStep)
  return (
    <header className="mt-6">
      <div className="flex flex-wrap items-center gap-x-4 gap-y-2">
        <h1 className="text-2xl font-semibold tracking-tight sm:text-3xl">
          {flow.client ? <ClientName name={flow.client.name} unnamed="Unnamed app" /> : "Unknown client"}
        </h1>
        <OutcomePill outcome={outcome} />
        <span className="ms-auto">
          <StreamStatus state={stream} />
        </span>
      </div>
      <dl className="mt-4 flex flex-wrap gap-x-8 gap-y-3 text-sm">
        <Item name="User">
          {flow.person ? <bdi>{flow.person}</bdi> : <span className="text-muted">Not signed in</span>}
        </Item>
        <Item name="Started">
          <time dateTime={new Date(flow.startedAt).toISOString()} className="tabular-nums">
            {formatTimestamp(flow.startedAt)}
          </time>{" "}
          <span className="whitespace-nowrap text-muted">{formatAgo(flow.startedAt, now)}</span>
        </Item>
        <Item name="Duration">
          <span className="tabular-nums">{formatDuration(flow.lastAt - flow.startedAt)}</span>
        </Item>
        <Item name="Progress">
          {title}, step <span className="tabular-nums">{`${number} of ${of}`}</span>
          {refusedRequests && (
            <>
              {" · "}
              <a
                href={failedId === null ? undefined : `#step-${failedId}`}
                className="rounded-xs text-danger underline decoration-1 underline-offset-3 hover:decoration-2"
              >
                {refusedRequests}
              </a>
            </>
          )}
        </Item>
        <Item name="Flow ID">
          <span className="flex flex-wrap items-center gap-2">
            <code className="font-mono text-[0.8125rem] select-all [overflow-wrap:anywhere]">{flow.id}</code>
            <CopyButton text={flow.id} what="the flow ID" />
          </span>
        </Item>
        <Item name="Export">
          <span className="flex gap-3.5 print:hidden">
            {exportFormats.map(({ format, label }) => (
              <a key={format} className="link" href={`/flows/${flow.id}/export?as=${format}`}>
                {label}
              </a>
            ))}
          </span>
        </Item>
      </dl>
    </header>
  )
}

function Item({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div className="min-w-0">
      <dt className="text-xs text-muted">{name}</dt>
      <dd className="mt-0.5 font-medium [overflow-wrap:anywhere]">{children}</dd>
    </div>
  )
}
