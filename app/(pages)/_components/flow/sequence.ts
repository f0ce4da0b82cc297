import { getStep, type Participant, participants, participantsOf, type StepName } from "@/lib/flows/diagrams"
import type { Fact } from "@/lib/flows/facts"
import { byTime, type Recorded, type RecordedStep } from "@/lib/flows/recorded-flow"

/** A column of the diagram. */
export type Lane = { participant: Participant; label: string }

/** The lane that a label is next to, and the direction in which the text runs from there. */
type LabelPlace = { lane: number; anchor: "start" | "middle" | "end" }

/** A step as an arrow between two lanes; a loop when they are the same. */
export type PlacedArrow = {
  /** Its number in its diagram; null for a step that only some runs have. */
  number: number | null
  text: string
  from: number
  to: number
  label: LabelPlace
}

/** A recorded step, with its arrow. */
export type Row = PlacedArrow & { step: RecordedStep }

/** A request with its steps. */
export type Group = Recorded & {
  /** Milliseconds since the first request of the flow. */
  offsetMs: number
  failed: boolean
  rows: Row[]
}

export type Sequence = { lanes: Lane[]; groups: Group[] }

/**
 * Lays out the recorded requests of a flow as a diagram: the lanes that occur, and the requests in order of time.
 * @param expected participants of steps that are still to come: they have a lane from the beginning
 */
export function layOut(recorded: Recorded[], expected: Participant[] = []): Sequence {
  const requests = recorded.toSorted(byTime)
  const startedAt = requests[0]?.at ?? 0
  const lanes = listLanes([
    ...expected,
    ...requests.flatMap(({ steps }) => steps.flatMap(({ name }) => participantsOf(name))),
  ])
  const groups = requests.map((request) => ({
    ...request,
    offsetMs: Math.max(0, request.at - startedAt),
    failed: request.steps.some(({ failure }) => failure !== null),
    rows: request.steps.map((step) => ({ step, ...placeArrow(step.name, lanes) })),
  }))
  return { lanes, groups }
}

/** The fingerprints in a fact, each once. */
export function listFingerprints(fact: Fact | undefined): string[] {
  if (typeof fact === "string") return isFingerprint(fact) ? [fact] : []
  if (typeof fact !== "object" || fact === null) return []
  return [...new Set(Object.values(fact).flatMap(listFingerprints))]
}

export function isFingerprint(text: string): boolean {
  return /^#[A-Za-z0-9_-]{8}$/.test(text)
}

/** The name of a participant, short enough for the head of a lane. */
export function shortName(participant: Participant): string {
  return participants[participant].replace(" Service", "")
}

/** Steps that have not happened yet, as arrows between the same lanes. */
export function foresee(names: readonly StepName[], lanes: Lane[]): PlacedArrow[] {
  return names.map((name) => placeArrow(name, lanes))
}

function listLanes(present: Participant[]): Lane[] {
  const seen = new Set(present)
  return (Object.keys(participants) as Participant[])
    .filter((participant) => seen.has(participant))
    .map((participant) => ({ participant, label: shortName(participant) }))
}

function placeArrow(name: StepName, lanes: Lane[]): PlacedArrow {
  const { from, to, text, number } = getStep(name)
  const [fromLane, toLane] = [from, to].map((participant) =>
    lanes.findIndex((lane) => lane.participant === participant),
  )
  const row = { from: fromLane ?? 0, to: toLane ?? 0 }
  return { number, text, ...row, label: placeLabel(row, text, lanes.length) }
}

/** The smallest width of the lanes, and the average width of a letter, in pixels. */
const minWidth = 640
const letterWidth = 6.6

/** In the middle when the arrow is longer than the label. Otherwise from its left end, or up to its right end. */
function placeLabel({ from, to }: { from: number; to: number }, text: string, lanes: number): LabelPlace {
  const width = (text.length * letterWidth) / minWidth
  const left = Math.min(from, to)
  const right = Math.max(from, to)
  if (width < (right - left) / lanes) return { lane: (left + right) / 2, anchor: "middle" }
  const room = from === to ? 0.07 : 0.02
  const start = (left + 0.5) / lanes + room
  return start + width <= 1 ? { lane: left, anchor: "start" } : { lane: right, anchor: "end" }
}
