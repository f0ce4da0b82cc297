"use client"

import { useState } from "react"
import { type FlowQuery, listAddress, maxRows, olderAddress, putFlows, streamAddress } from "@/lib/flows/flow-search"
import type { FlowSummary } from "@/lib/flows/recorded-flow"
import { useStream } from "../_components/flow/use-stream"
import { FlowFilter } from "./_components/flow-filter"
import { FlowRow } from "./_components/flow-row"
import { NoFlows } from "./_components/no-flows"
import { StreamStatus } from "./_components/stream-status"
import { TopBar } from "./_components/top-bar"
import { useNow } from "./_components/use-now"

type Props = {
  flows: FlowSummary[]
  hasOlder: boolean
  query: FlowQuery
  issuer: string
  demo: boolean
  now: number
}

/** The list of flows. It updates while the page is open. */
export function FlowsView({ flows: loaded, hasOlder, query, issuer, demo, now: start }: Props) {
  const [flows, setFlows] = useState(loaded)
  const [firstIds] = useState(() => new Set(loaded.map(({ id }) => id)))
  // Older flows are on the next page. One of them would leave a gap here.
  const oldestAt = hasOlder ? (loaded.at(-1)?.startedAt ?? 0) : 0
  const now = useNow(start, 5000)
  const stream = useStream((lastId) => streamAddress(query, lastId || start), {
    flows: (changed) => setFlows((before) => putFlows(before, changed as FlowSummary[], query, oldestAt)),
  })
  const isFiltered = Object.values(query).some((value) => value !== undefined)
  const canGrow = query.before === undefined && (query.to === undefined || query.to > start)

  return (
    <div className="mx-auto max-w-6xl px-4 pt-6 pb-16 sm:px-6">
      <TopBar inList />
      <main>
        <div className="mt-6 flex flex-wrap items-center justify-between gap-x-4 gap-y-2">
          <h1 className="text-3xl font-semibold tracking-tight">Flows</h1>
          <StreamStatus state={stream} />
        </div>
        <p className="mt-2 max-w-2xl text-muted text-pretty">
          All flows on this server: user sign-ins, devices, clients without users, client registrations, and everything
          after them. Open one to see it step by step.
        </p>
        <FlowFilter query={query} flows={flows} />
        {flows.length === 0 ? (
          <NoFlows isFiltered={isFiltered} canGrow={canGrow} issuer={issuer} demo={demo} />
        ) : (
          <section aria-label="Flows, newest first" className="card mt-5 overflow-hidden">
            <Captions />
            <ol className="divide-y divide-line">
              {flows.map((flow) => (
                <FlowRow key={flow.id} flow={flow} now={now} fresh={!firstIds.has(flow.id)} />
              ))}
            </ol>
          </section>
        )}
        <div className="mt-5 flex flex-wrap gap-3">
          {query.before && (
            <a className="button button-plain" href={listAddress(query)}>
              Show newest
            </a>
          )}
          {(hasOlder || flows.length >= maxRows) && (
            <a className="button button-plain" href={olderAddress(query, flows)}>
              Show older
            </a>
          )}
        </div>
      </main>
    </div>
  )
}

/** The column titles. They are hidden from screen readers, because each row is one link with its own labels. */
function Captions() {
  return (
    <div
      className="flow-columns hidden border-b border-line bg-sunken py-2 text-xs font-medium text-muted lg:grid"
      aria-hidden="true"
    >
      <span>Client and user</span>
      <span>Last step</span>
      <span>Outcome</span>
      <span className="text-end">Duration</span>
      <span className="text-end">Started</span>
    </div>
  )
}
