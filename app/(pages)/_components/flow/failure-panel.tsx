import type { Failure } from "@/lib/flows/events"
import { explainReason } from "@/lib/flows/reasons"
import { Panel } from "./panel"

/** Why a step failed, what the client was told of it, and what its developer can do. */
export function FailurePanel({ failure, status }: { failure: Failure; status: number }) {
  const { why, fix } = explainReason(failure.reason)
  return (
    <Panel
      title="This step failed"
      tone="danger"
      aside={<code className="text-xs [overflow-wrap:anywhere] text-danger">{failure.reason}</code>}
    >
      <p className="text-sm text-pretty">{why}</p>
      <p className="mt-3.5 mb-1 text-xs font-semibold text-muted">What the client was told</p>
      {failure.code ? (
        <div className="rounded-lg border border-line bg-surface px-3 py-2.5 text-sm">
          <p className="font-mono text-[13px] font-semibold text-danger">
            <span className="me-2 text-muted">{status}</span>
            {failure.code}
          </p>
        </div>
      ) : (
        <p className="text-sm">Nothing: no error code was sent.</p>
      )}
      <p className="mt-3.5 mb-1 text-xs font-semibold text-muted">How to fix it</p>
      <p className="text-sm font-medium text-pretty">{fix}</p>
    </Panel>
  )
}
