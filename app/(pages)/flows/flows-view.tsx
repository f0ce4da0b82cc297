"use client"

import { useState } from "react"
import { listAddress, mostRows, olderAddress, type ParsedSearch, putFlow, streamAddress } from "@/lib/flows/flow-search"
import type { FlowSummary } from "@/lib/flows/record"
import { FlowFilter } from "./_components/flow-filter"
import { FlowRow } from "./_components/flow-row"
import { Live } from "./_components/live"
import { NoFlows } from "./_components/no-flows"
import { TopBar } from "./_components/top-bar"
import { useGathered } from "./_components/use-gathered"
import { useNow } from "./_components/use-now"
import { useStream } from "./_components/use-stream"

type Props = {
  flows: FlowSummary[]
  hasOlder: boolean
  search: ParsedSearch
  issuer: string
  demo: boolean
  now: number
}

/** The list of flows: those that begin or move meanwhile are shown as they do. */
export function FlowsView({ flows: loaded, hasOlder, search, issuer, demo, now: start }: Props) {
  const [flows, setFlows] = useState(loaded)
  const [firstIds] = useState(() => new Set(loaded.map(({ id }) => id)))
  // Whoever goes on to the older ones must not leave out what lies between.
  const floor = hasOlder ? (loaded.at(-1)?.beganAt ?? 0) : 0
  const now = useNow(start, 5000)
  const put = useGathered<FlowSummary>((moved) =>
    setFlows((before) => moved.reduce((rows, flow) => putFlow(rows, flow, search, floor), before)),
  )
  const stream = useStream((lastId) => streamAddress(search, lastId || start), {
    flow: (moved) => put(moved as FlowSummary),
  })
  const asked = Boolean(search.client || search.outcome || search.id || search.before)

  return (
    <div className="mx-auto max-w-6xl px-4 pt-6 pb-16 sm:px-6">
      <TopBar inList />
      <main>
        <div className="mt-6 flex flex-wrap items-center justify-between gap-x-4 gap-y-2">
          <h1 className="text-3xl font-semibold tracking-tight">Flows</h1>
          <Live state={stream} />
        </div>
        <p className="mt-2 max-w-2xl text-muted text-pretty">
          Every authorization that came to this server, with all that followed from it. Open one to see it step by step.
        </p>
        <FlowFilter search={search} flows={flows} />
        {flows.length === 0 ? (
          <NoFlows asked={asked} issuer={issuer} demo={demo} />
        ) : (
          <section aria-label="Flows, the newest first" className="card mt-5 overflow-hidden">
            <Captions />
            <ol className="divide-y divide-line">
              {flows.map((flow) => (
                <FlowRow key={flow.id} flow={flow} now={now} fresh={!firstIds.has(flow.id)} />
              ))}
            </ol>
          </section>
        )}
        <div className="mt-5 flex flex-wrap gap-3">
          {search.before !== null && (
            <a className="button button-plain" href={listAddress(search)}>
              Show the newest
            </a>
          )}
          {(hasOlder || flows.length >= mostRows) && (
            <a className="button button-plain" href={olderAddress(search, flows)}>
              Show older
            </a>
          )}
        </div>
      </main>
    </div>
  )
}

/** Each row says by itself what is what. */
function Captions() {
  return (
    <div
      className="flow-columns hidden border-b border-line bg-sunken py-2 text-xs font-medium text-muted lg:grid"
      aria-hidden="true"
    >
      <span>Client and person</span>
      <span>How far it got</span>
      <span>Outcome</span>
      <span className="text-end">Lasted</span>
      <span className="text-end">Began</span>
    </div>
  )
}
