import type { Metadata } from "next"
import { notFound } from "next/navigation"
import { findFlow } from "@/lib/flows/inspector"
import { hasInspectorAccess } from "../../_next/inspector-access"
import { FlowView } from "./flow-view"

type Props = { params: Promise<{ id: string }> }

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  return { title: `Flow ${(await params).id.slice(0, 12)}` }
}

/** One flow as a sequence diagram that grows while the flow goes on. */
export default async function FlowPage({ params }: Props) {
  if (!(await hasInspectorAccess())) notFound()
  const flow = await findFlow((await params).id)
  if (!flow) notFound()
  return <FlowView flow={flow} now={Date.now()} />
}
