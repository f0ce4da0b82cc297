import { memo } from "react"
import type { FlowSummary } from "@/lib/flows/recorded-flow"
import { ClientName } from "../../_components/client-name"
import { formatAgo, formatDuration, formatTimestamp } from "../../_components/flow/format-time"
import { outcomeAt, progressOf } from "../../_components/flow/progress"
import { OutcomePill } from "./outcome-pill"
import { ProgressBar } from "./progress-bar"
import { formatRefusedRequests } from "./refused-requests"

type Props = { flow: FlowSummary; now: number /** Whether it appeared while the page was open. */; fresh: boolean }

/** A flow in the list, as a link to its diagram. Only rows whose flow changed are rendered again. */
export const FlowRow = memo(function FlowRow({ flow, now, fresh }: Props) {
  const outcome = outcomeAt(flow, now)
  const refusedRequests = formatRefusedRequests({ ...flow, outcome })
  const progress = progressOf(flow.lastStep)
  return (
    <li className={fresh ? "flow-arrived" : undefined}>
      <a
        href={`/flows/${flow.id}`}
        className="flow-columns grid items-center gap-y-2.5 py-3.5 -outline-offset-2 hover:bg-sunken"
      >
        <span className="min-w-0">
          <span className="block truncate">
            {flow.client ? (
              <ClientName name={flow.client.name} unnamed="Unnamed app" />
            ) : (
              <span className="font-semibold">Unknown client</span>
            )}
          </span>
          <span className="block truncate text-sm text-muted">
            {flow.person ? <bdi>{flow.person}</bdi> : "Not signed in"}
          </span>
        </span>
        <span className="min-w-0 text-sm max-lg:col-span-2 max-lg:row-start-2">
          <span className="block truncate">
            <span className="text-muted">{progress.title} </span>
            {progress.text}
          </span>
          <span className="mt-1.5 flex flex-wrap items-center gap-x-3">
            <ProgressBar progress={progress} failed={outcome === "failed" || outcome === "denied"} />
            {refusedRequests && <span className="text-xs text-danger">{refusedRequests}</span>}
          </span>
        </span>
        <span className="justify-self-end lg:justify-self-start">
          <OutcomePill outcome={outcome} />
        </span>
        <span className="text-sm text-muted tabular-nums lg:text-end">
          <span className="sr-only">duration </span>
          {formatDuration(flow.lastAt - flow.startedAt)}
        </span>
        <time
          dateTime={new Date(flow.startedAt).toISOString()}
          title={formatTimestamp(flow.startedAt)}
          className="text-end text-sm whitespace-nowrap text-muted tabular-nums"
        >
          {formatAgo(flow.startedAt, now)}
        </time>
      </a>
    </li>
  )
})
