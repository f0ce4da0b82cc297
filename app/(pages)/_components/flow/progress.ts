import { diagrams, getStep, numberedSteps, type StepName } from "@/lib/flows/diagrams"
import type { FlowSummary } from "@/lib/flows/recorded-flow"

/** The position of a flow in the diagram of its last step. */
export type Progress = { title: string; text: string; number: number; of: number }

export function progressOf(lastStep: StepName): Progress {
  const { diagram, reached, text } = getStep(lastStep)
  return { title: diagrams[diagram].title, text, number: reached, of: numberedSteps(diagram).length }
}

/** The outcome at a later time than the page was loaded: an authorization in progress fails when it expires. */
export function outcomeAt({ outcome, expiresAt }: FlowSummary, now: number): FlowSummary["outcome"] {
  return outcome === "in progress" && now > expiresAt ? "failed" : outcome
}
