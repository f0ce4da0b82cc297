import type { Metadata } from "next"
import { notFound } from "next/navigation"
import { findFlow, findFlowSummary } from "@/lib/flows/inspector"
import { hasInspectorAccess } from "../../_next/inspector-access"
import { servePage } from "../../_next/serve-page"
import { accessPage, accessTitle } from "../access-page"
import { FlowView } from "./flow-view"

type Props = { params: Promise<{ id: string }> }

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  if (!(await hasInspectorAccess())) return { title: accessTitle }
  const flow = await findFlowSummary((await params).id)
  return { title: flow ? `${flow.client?.name ?? "Unknown client"}, flow ${flow.id.slice(0, 12)}` : "Flow not found" }
}

/** One flow as a sequence diagram, which grows with each new request. */
export default async function FlowPage({ params }: Props) {
  const { id } = await params
  if (!(await hasInspectorAccess())) return servePage(`/flows/${id}`, accessPage)
  const flow = await findFlow(id)
  if (!flow) notFound()
  return <FlowView flow={flow} now={Date.now()} />
}
