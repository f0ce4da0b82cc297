import type { Failure } from "@/lib/flows/events"
import { explainReason } from "@/lib/flows/reasons"
import { Panel } from "./panel"

/** Why a step failed, what the client received, and how its developer can fix it. */
export function FailurePanel({ failure, status }: { failure: Failure; status: number }) {
  const { label, why, fix } = explainReason(failure.reason)
  return (
    <Panel
      title={label}
      tone="danger"
      aside={<code className="text-xs [overflow-wrap:anywhere] text-danger">{failure.reason}</code>}
    >
      <p className="text-sm text-pretty">{why}</p>
      <p className="mt-3.5 mb-1 text-xs font-semibold text-muted">What the client received</p>
      {failure.code ? (
        <div className="rounded-lg border border-line bg-surface px-3 py-2.5 text-sm">
          <p className="font-mono text-[0.8125rem] font-semibold text-danger">
            <span className="me-2 text-muted">{status}</span>
            {failure.code}
          </p>
        </div>
      ) : (
        <p className="text-sm">No error code was sent.</p>
      )}
      <p className="mt-3.5 mb-1 text-xs font-semibold text-muted">How to fix it</p>
      <p className="text-sm font-medium text-pretty">{fix}</p>
    </Panel>
  )
}
