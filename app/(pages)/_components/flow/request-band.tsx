import { Lifelines } from "./arrow"
import { formatDuration } from "./format-time"
import type { Group, Lane } from "./sequence"

/** The header of the steps of one request: method, path, status, start and duration. */
export function RequestBand({ group, lanes }: { group: Group; lanes: Lane[] }) {
  const { method, path, status, offsetMs, durationMs } = group
  const look = group.failed || status >= 400 ? "bg-danger text-surface" : "bg-accent-soft text-accent"
  return (
    <div className="relative">
      <span className="pointer-events-none absolute inset-y-0 start-10 end-18 hidden @3xl:block" aria-hidden="true">
        <svg width="100%" height="100%" className="block" aria-hidden="true" focusable="false">
          <Lifelines lanes={lanes} />
        </svg>
      </span>
      <div className="relative pt-4 pb-1.5 @3xl:pt-5">
        <div
          className={`flex flex-wrap items-center gap-x-3 gap-y-1 rounded-lg px-3 py-1.5 text-sm ${group.failed ? "bg-danger-soft" : "bg-sunken"}`}
        >
          <h3 className="min-w-0 font-mono text-[0.8125rem] [overflow-wrap:anywhere]">
            <span className="font-semibold text-accent">{method}</span> {path}
          </h3>
          <p className={`rounded-full px-2 text-xs font-semibold leading-5 tabular-nums ${look}`}>{status}</p>
          <p className="ms-auto flex gap-3 text-xs text-muted tabular-nums">
            <span>
              <span className="sr-only">Started at </span>+{formatDuration(offsetMs)}
            </span>
            <span className="font-medium text-ink">
              <span className="sr-only">Took </span>
              {formatDuration(durationMs)}
            </span>
          </p>
        </div>
      </div>
    </div>
  )
}
