import type { Metadata } from "next"
import { notFound } from "next/navigation"
import { findFlow, inspectorIsOpen } from "@/lib/flows/inspector"
import { FlowView } from "./flow-view"

export const metadata: Metadata = { title: "Flow" }

/** One flow as a sequence diagram that grows while the flow goes on. */
export default async function FlowPage({ params }: { params: Promise<{ id: string }> }) {
  if (!(await inspectorIsOpen())) notFound()
  const flow = await findFlow((await params).id)
  if (!flow) notFound()
  return <FlowView flow={flow} now={Date.now()} />
}
