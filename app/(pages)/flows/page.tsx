import type { Metadata } from "next"
import { redirect } from "next/navigation"
import { config } from "@/lib/config"
import { parseFlowQuery } from "@/lib/flows/flow-search"
import { findFlowSummary, listFlows } from "@/lib/flows/inspector"
import { hasInspectorAccess } from "../_next/inspector-access"
import { servePage } from "../_next/serve-page"
import { accessPage, accessTitle } from "./access-page"
import { FlowsView } from "./flows-view"

type Props = { searchParams: Promise<Record<string, string | string[] | undefined>> }

const pageSize = 50

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await hasInspectorAccess()) ? "Flows" : accessTitle }
}

/** The recent flows, newest first. The ID of a flow in the search box leads to the flow. */
export default async function FlowsPage({ searchParams }: Props) {
  if (!(await hasInspectorAccess())) return servePage("/flows", accessPage)
  const query = parseFlowQuery(await searchParams)
  const named = query.text === undefined ? null : await findFlowSummary(query.text)
  if (named) redirect(`/flows/${named.id}`)
  // Before the list is read: the stream continues from here.
  const now = Date.now()
  const found = await listFlows(query, pageSize + 1)
  const { issuer, DEMO } = config()
  return (
    <FlowsView
      // A new query starts with a new list.
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
