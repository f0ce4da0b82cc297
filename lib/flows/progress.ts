import { type Diagram, diagrams, findStep, type StepName } from "./diagrams"
import { byTime, type FlowSummary, isStep, type Recorded } from "./record"

/** How far a flow got in the diagram that it was last in. */
export type Progress = { title: string; text: string; number: number; of: number; complete: boolean }

export type Outcome = "under way" | "ok" | "failed"

export function findProgress(lastStep: StepName): Progress {
  const { diagram, number, text } = findStep(lastStep)
  const { title, steps }: Diagram = diagrams[diagram]
  const of = steps.filter(({ optional }) => !optional).length
  return { title, text, number: number ?? numberBefore(lastStep), of, complete: number === of }
}

/** Where a step without a number of its own stands: after the last one that has one. */
function numberBefore(name: StepName): number {
  const { diagram } = findStep(name)
  let number = 0
  for (const step of (diagrams[diagram] as Diagram).steps) {
    if (`${diagram}.${step.name}` === name) return number
    if (!step.optional) number++
  }
  return number
}

export function findOutcome({ failure, lastStep }: Pick<FlowSummary, "failure" | "lastStep">): Outcome {
  if (failure !== null) return "failed"
  return findProgress(lastStep).complete ? "ok" : "under way"
}

/** The summary of a flow, brought up to what was recorded since. */
export function updateSummary<Summary extends FlowSummary>(summary: Summary, recorded: Recorded[]): Summary {
  const steps = recorded.filter(isStep).sort(byTime)
  const last = steps.at(-1)
  if (!last) return summary
  return {
    ...summary,
    lastStep: last.name,
    lastAt: recorded.reduce((latest, { at, durationMs }) => Math.max(latest, at + durationMs), 0),
    failure: last.failure?.reason ?? null,
  }
}
