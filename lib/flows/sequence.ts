import { findStep, participants, type StepName } from "./diagrams"
import type { Fact } from "./facts"
import { byTime, isStep, mostEvents, type Recorded, type RecordedRequest, type RecordedStep } from "./record"

export type Participant = keyof typeof participants

/** A column of the diagram. */
export type Lane = { participant: Participant; label: string }

/** Where a label stands: beside which lane, and in which direction it runs from there. */
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

/** A step that happened. */
export type Row = PlacedArrow & { step: RecordedStep }

/** The steps of one request. What is known of it only when it has been answered is null until then. */
export type Group = {
  requestId: string
  /** Such as `POST /token`. */
  line: string | null
  status: number | null
  at: number
  durationMs: number | null
  /** From the flow's begin. */
  offsetMs: number
  failed: boolean
  rows: Row[]
}

export type Sequence = { lanes: Lane[]; groups: Group[] }

/**
 * What was recorded of a flow as a diagram: the lanes that occur, and the requests in the order of time.
 * @param expected who takes part in what is still to come: they have a lane from the beginning
 */
export function layOut(recorded: Recorded[], expected: Participant[] = []): Sequence {
  const steps = recorded.filter(isStep).sort(byTime)
  const requests = new Map(
    recorded.flatMap((item): [string, RecordedRequest][] => (item.kind === "request" ? [[item.requestId, item]] : [])),
  )
  const lanes = findLanes([...expected, ...steps.flatMap(({ name }) => participantsOf(name))])
  const begin = steps[0]?.at ?? 0
  const groups = [...groupByRequest(steps)].map(([requestId, own]): Group => {
    const request = requests.get(requestId)
    const at = request?.at ?? own[0]?.at ?? 0
    return {
      requestId,
      line: request ? `${request.method} ${request.path}` : guessLine(own),
      status: request?.status ?? null,
      at,
      durationMs: request?.durationMs ?? null,
      offsetMs: Math.max(0, at - begin),
      failed: own.some(({ failure }) => failure !== null),
      rows: own.map((step) => ({ step, ...placeArrow(step.name, lanes) })),
    }
  })
  return { lanes, groups }
}

/** Puts what a stream brought to what is there, once each. */
export function appendRecorded(before: Recorded[], news: Recorded[]): Recorded[] {
  const known = new Set(before.map(({ seq }) => seq))
  const added = news.filter(({ seq }) => !known.has(seq))
  return added.length === 0 ? before : [...before, ...added].sort((a, b) => a.seq - b.seq).slice(-mostEvents)
}

/** The fingerprints that a fact shows, each once. */
export function findFingerprints(fact: Fact | undefined): string[] {
  if (typeof fact === "string") return isFingerprint(fact) ? [fact] : []
  if (typeof fact !== "object" || fact === null) return []
  return [...new Set(Object.values(fact).flatMap(findFingerprints))]
}

export function isFingerprint(text: string): boolean {
  return /^#[A-Za-z0-9_-]{8}$/.test(text)
}

/** The name of a participant as a lane's head has room for it. */
export function shortName(participant: Participant): string {
  return participants[participant].replace(" Service", "")
}

/** Who takes part in a step. */
export function participantsOf(name: StepName): Participant[] {
  const { from, to } = findStep(name)
  return [from, to]
}

/** Steps that have not happened yet, as arrows between the same lanes. */
export function foresee(names: readonly StepName[], lanes: Lane[]): PlacedArrow[] {
  return names.map((name) => placeArrow(name, lanes))
}

function findLanes(present: Participant[]): Lane[] {
  const seen = new Set(present)
  return laneOrder
    .filter((participant) => seen.has(participant))
    .map((participant) => ({ participant, label: shortName(participant) }))
}

const laneOrder: Participant[] = [
  "client",
  "authentication",
  "authorization",
  "data",
  "tokenIssue",
  "introspection",
  "refresh",
  "revocation",
]

function groupByRequest(steps: RecordedStep[]): Map<string, RecordedStep[]> {
  const groups = new Map<string, RecordedStep[]>()
  for (const step of steps) {
    const group = groups.get(step.requestId)
    if (group) group.push(step)
    else groups.set(step.requestId, [step])
  }
  return groups
}

/** A request that has not been answered yet is known by the client's step that began it. */
function guessLine(steps: RecordedStep[]): string | null {
  for (const { name } of steps) {
    const { from, request } = findStep(name)
    if (from === "client" && request) return request.line
  }
  return null
}

function placeArrow(name: StepName, lanes: Lane[]): PlacedArrow {
  const { from, to, text, number } = findStep(name)
  const [fromLane, toLane] = [from, to].map((participant) =>
    lanes.findIndex((lane) => lane.participant === participant),
  )
  const row = { from: fromLane ?? 0, to: toLane ?? 0 }
  return { number, text, ...row, label: placeLabel(row, text, lanes.length) }
}

/** The narrowest that the lanes are drawn, and how wide a letter is on average, in pixels. */
const narrowest = 640
const letter = 6.6

/** Over the middle of an arrow that is longer than it; else from the arrow's left end, or before its right end. */
function placeLabel({ from, to }: { from: number; to: number }, text: string, lanes: number): LabelPlace {
  const width = (text.length * letter) / narrowest
  const left = Math.min(from, to)
  const right = Math.max(from, to)
  if (width < (right - left) / lanes) return { lane: (left + right) / 2, anchor: "middle" }
  const room = from === to ? 0.07 : 0.02
  const start = (left + 0.5) / lanes + room
  return start + width <= 1 ? { lane: left, anchor: "start" } : { lane: right, anchor: "end" }
}
