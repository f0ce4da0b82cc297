import type { Metadata } from "next"
import { notFound } from "next/navigation"
import { config } from "@/lib/config"
import { parseFlowQuery } from "@/lib/flows/flow-search"
import { listFlows } from "@/lib/flows/inspector"
import { hasInspectorAccess } from "../_next/inspector-access"
import { FlowsView } from "./flows-view"

export const metadata: Metadata = { title: "Flows" }

const pageSize = 50

/** The recent flows, newest first. */
export default async function FlowsPage({
  searchParams,
}: {
  searchParams: Promise<Record<string, string | string[] | undefined>>
}) {
  if (!(await hasInspectorAccess())) notFound()
  const query = parseFlowQuery(await searchParams)
  // Before the look: the stream goes on from here.
  const now = Date.now()
  const found = await listFlows(query, pageSize + 1)
  const { issuer, DEMO } = config()
  return (
    <FlowsView
      // Another query starts with an empty list.
      key={JSON.stringify(query)}
      flows={found.slice(0, pageSize)}
      hasOlder={found.length > pageSize}
      query={query}
      issuer={issuer}
      demo={DEMO}
      now={now}
    />
  )
}
