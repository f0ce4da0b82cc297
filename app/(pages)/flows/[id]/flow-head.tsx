import type { ReactNode } from "react"
import { exportFormats } from "@/lib/flows/exports"
import { formatAgo, formatDuration, formatMoment } from "@/lib/flows/moments"
import { findOutcome, findProgress } from "@/lib/flows/progress"
import { sayReason } from "@/lib/flows/reasons"
import type { FlowSummary } from "@/lib/flows/record"
import { ClientName } from "../../_components/client-name"
import { CopyButton } from "../_components/copy-button"
import { Live } from "../_components/live"
import { OutcomePill } from "../_components/outcome"
import { useNow } from "../_components/use-now"
import type { StreamState } from "../_components/use-stream"

type Props = {
  flow: FlowSummary
  /** The step that failed last, by its seq. */
  failedSeq: number | null
  stream: StreamState
  now: number
}

/** Whose flow it is, when it was, and how it ended. */
export function FlowHead({ flow, failedSeq, stream, now: start }: Props) {
  const now = useNow(start, 5000)
  const outcome = findOutcome(flow)
  const { title, number, of } = findProgress(flow.lastStep)
  return (
    <header className="mt-6">
      <div className="flex flex-wrap items-center gap-x-4 gap-y-2">
        <h1 className="text-2xl font-semibold tracking-tight sm:text-3xl">
          {flow.client ? <ClientName name={flow.client.name} /> : "An unknown client"}
        </h1>
        <OutcomePill outcome={outcome} />
        <span className="ms-auto">
          <Live state={stream} />
        </span>
      </div>
      <dl className="mt-4 flex flex-wrap gap-x-8 gap-y-3 text-sm">
        <Item name="Person">
          {flow.person ? <bdi>{flow.person}</bdi> : <span className="text-muted">not known yet</span>}
        </Item>
        <Item name="Began">
          <time dateTime={new Date(flow.beganAt).toISOString()} className="tabular-nums">
            {formatMoment(flow.beganAt)}
          </time>{" "}
          <span className="whitespace-nowrap text-muted">{formatAgo(flow.beganAt, now)}</span>
        </Item>
        <Item name="Lasted">
          <span className="tabular-nums">{formatDuration(flow.lastAt - flow.beganAt)}</span>
        </Item>
        <Item name="Came to">
          {title}, step <span className="tabular-nums">{`${number} of ${of}`}</span>
          {flow.failure !== null && (
            <>
              {" · "}
              <a
                href={failedSeq === null ? undefined : `#step-${failedSeq}`}
                className="rounded-xs text-danger underline decoration-1 underline-offset-3 hover:decoration-2"
              >
                {sayReason(flow.failure)}
              </a>
            </>
          )}
        </Item>
        <Item name="Flow id">
          <span className="flex flex-wrap items-center gap-2">
            <code className="font-mono text-[13px] select-all [overflow-wrap:anywhere]">{flow.id}</code>
            <CopyButton text={flow.id} what="the flow id" />
          </span>
        </Item>
        <Item name="Take it along">
          <span className="flex gap-3.5">
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
