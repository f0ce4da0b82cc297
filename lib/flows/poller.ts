import { setTimeout as sleep } from "node:timers/promises"
import { listFlowChanges } from "@/lib/data/flows"
import { perProcess } from "@/lib/per-process"
import { findFlowSummary, listRecorded } from "./inspector"
import type { FlowSummary, Recorded } from "./recorded-flow"
import { lanes } from "./sequence-number"

/** How often the database is read while a stream is open, in milliseconds. */
const intervalMs = 250

/** Instances store later than they report, by seconds when the database is busy, and their clocks differ. */
export const overlapMs = 10_000

/** The changes that one poll of the database found. All streams share it, so each flow is read once. */
export type Poll = {
  /** One more than the number of the poll before. A gap means that changes may have been missed. */
  number: number
  /** When it started, in milliseconds since the epoch. */
  at: number
  /** The flows with new requests since the poll before. */
  flowIds: string[]
  findSummary(id: string): Promise<FlowSummary | null>
  /** The new requests of one of these flows. */
  listRecorded(id: string): Promise<Recorded[]>
}

type State = { number: number; at: number; seen: Set<number>; next: Promise<Poll> | null }

const state = perProcess<State>("flow-poller")

function getState(): State {
  state.value ??= { number: 0, at: 0, seen: new Set(), next: null }
  return state.value
}

/** The number of the last poll. A later poll has everything that is stored after this call. */
export function lastPollNumber(): number {
  return getState().number
}

/**
 * The next poll. All streams of the process share it, so the process reads four times a second however many streams are
 * open, and not at all when none is open.
 */
export function nextPoll(): Promise<Poll> {
  const poller = getState()
  poller.next ??= sleep(intervalMs)
    .then(() => poll(poller))
    .finally(() => {
      poller.next = null
    })
  return poller.next
}

async function poll(poller: State): Promise<Poll> {
  const at = Date.now()
  const changes = await listFlowChanges((at - overlapMs) * lanes)
  // After a pause, this poll may not reach back far enough. The gap in the numbers makes the streams read by themselves.
  poller.number += at - poller.at > overlapMs / 2 ? 2 : 1
  const added = changes.filter(({ seq }) => !poller.seen.has(seq))
  poller.at = at
  poller.seen = new Set(changes.map(({ seq }) => seq))
  const first = new Map<string, number>()
  for (const { seq, flowId } of added) first.set(flowId, Math.min(seq, first.get(flowId) ?? seq))
  return {
    number: poller.number,
    at,
    flowIds: [...first.keys()],
    findSummary: once(findFlowSummary),
    listRecorded: once((id) => listRecorded(id, (first.get(id) ?? 0) - 1)),
  }
}

/** Calls a function once for each id. */
function once<Value>(load: (id: string) => Promise<Value>): (id: string) => Promise<Value> {
  const loaded = new Map<string, Promise<Value>>()
  return (id) => {
    const value = loaded.get(id) ?? load(id)
    loaded.set(id, value)
    return value
  }
}
