import { diagrams, getStep, numberedSteps, type StepName } from "@/lib/flows/diagrams"
import type { FlowSummary } from "@/lib/flows/recorded-flow"

/** How far a flow got in the diagram that it was last in. */
export type Progress = { title: string; text: string; number: number; of: number }

export function progressOf(lastStep: StepName): Progress {
  const { diagram, reached, text } = getStep(lastStep)
  return { title: diagrams[diagram].title, text, number: reached, of: numberedSteps(diagram).length }
}

/** The outcome of a flow that was loaded a while ago: an authorization in progress fails when its time is over. */
export function outcomeAt({ outcome, expiresAt }: FlowSummary, now: number): FlowSummary["outcome"] {
  return outcome === "in progress" && now > expiresAt ? "failed" : outcome
}
