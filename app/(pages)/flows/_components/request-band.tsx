import { formatDuration } from "@/lib/flows/moments"
import type { Group, Lane } from "@/lib/flows/sequence"
import { Lifelines } from "./arrow"

/** The head of the steps of one request: what was asked, when, how it was answered and how long that took. */
export function RequestBand({ group, lanes }: { group: Group; lanes: Lane[] }) {
  const { line, status, offsetMs, durationMs } = group
  const [method, path] = line?.split(" ") ?? []
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
          <h3 className="min-w-0 font-mono text-[13px] [overflow-wrap:anywhere]">
            {method ? (
              <>
                <span className="font-semibold text-accent">{method}</span> {path}
              </>
            ) : (
              <span className="font-sans text-muted">A form of the pages</span>
            )}
          </h3>
          <Status status={status} failed={group.failed} />
          <p className="ms-auto flex gap-3 text-xs text-muted tabular-nums">
            <span>
              <span className="sr-only">Began after </span>+{formatDuration(offsetMs)}
            </span>
            {durationMs !== null && (
              <span className="font-medium text-ink">
                <span className="sr-only">Took </span>
                {formatDuration(durationMs)}
              </span>
            )}
          </p>
        </div>
      </div>
    </div>
  )
}

function Status({ status, failed }: { status: number | null; failed: boolean }) {
  if (status === null) {
    return (
      <p className="flex items-center gap-1.5 text-xs text-muted">
        <span className="live-dot" aria-hidden="true" />
        under way
      </p>
    )
  }
  const look = failed || status >= 400 ? "bg-danger text-surface" : "bg-accent-soft text-accent"
  return <p className={`rounded-full px-2 text-xs font-semibold leading-5 tabular-nums ${look}`}>{status}</p>
}
