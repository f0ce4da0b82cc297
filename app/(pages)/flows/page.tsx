import type { Metadata } from "next"
import { notFound } from "next/navigation"
import { config } from "@/lib/config"
import { type FlowSearch, parseFlowSearch, toFilter } from "@/lib/flows/flow-search"
import { listFlows } from "@/lib/flows/inspector"
import { inspectorIsOpen } from "../_next/inspector-access"
import { FlowsView } from "./flows-view"

export const metadata: Metadata = { title: "Flows" }

const pageSize = 50

/** The recent flows, newest first. */
export default async function FlowsPage({ searchParams }: { searchParams: Promise<FlowSearch> }) {
  if (!(await inspectorIsOpen())) notFound()
  const search = parseFlowSearch(await searchParams)
  // Before the look: the stream goes on from here.
  const now = Date.now()
  const found = await listFlows(toFilter(search), pageSize + 1)
  const { issuer, DEMO } = config()
  return (
    <FlowsView
      // What another question has brought is no part of this answer.
      key={JSON.stringify(search)}
      flows={found.slice(0, pageSize)}
      hasOlder={found.length > pageSize}
      search={search}
      issuer={issuer}
      demo={DEMO}
      now={now}
    />
  )
}
