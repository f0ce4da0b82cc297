import { type RecordedFlow, recordFlows } from "@/lib/data/flows"
import { log } from "@/lib/log"
import type { RequestEvent } from "./events"
import type { Facts } from "./facts"
import type { Listener } from "./flow"
import { outcomeOfRequest } from "./request-outcome"
import { makeSequence } from "./sequence-number"

/** How long requests wait to be stored together, in milliseconds. */
const gatherMs = 100

/** How many requests wait at most while others are being stored. A store takes long while the database is locked or away. */
const maxWaiting = 2_000

/** The longest facts that are kept of a step, in characters. */
const maxFacts = 8_192

/**
 * Stores what requests do for the flow inspector. What it cannot store is lost, and no flow notices.
 * @param perSecond how many requests of a second it records at most. Others are left out whole: the flows come first
 * @returns the listener; `store` stores what waits
 */
export function createRecorder(perSecond = Number.POSITIVE_INFINITY): Listener & { store(): Promise<void> } {
  let waiting: RequestEvent[] = []
  let dropped = 0
  let storing: Promise<void> = Promise.resolve()
  const nextSeq = makeSequence()
  let second = 0
  let requests = 0

  async function storeWaiting(): Promise<void> {
    const [events, lost] = [waiting, dropped]
    waiting = []
    dropped = 0
    if (lost > 0) warn(lost, "too many are waiting")
    if (events.length > 0) await storeEvents(events, nextSeq)
  }
  function store(): Promise<void> {
    storing = storing.then(storeWaiting)
    return storing
  }
  return {
    wants() {
      const now = Math.floor(Date.now() / 1000)
      if (now !== second) [second, requests] = [now, 0]
      return ++requests <= perSecond
    },
    take(event) {
      if (waiting.length >= maxWaiting) dropped++
      else if (waiting.push(event) === 1) setTimeout(() => void store(), gatherMs).unref()
    },
    store,
  }
}

async function storeEvents(events: RequestEvent[], nextSeq: () => number): Promise<void> {
  try {
    const rows = events.map((event) => ({ seq: nextSeq(), flowId: event.flowId, data: serialize(event) }))
    await recordFlows(rows, events.map(toRow))
  } catch (error) {
    warn(events.length, error instanceof Error ? error.name : "unknown")
  }
}

const warn = (count: number, problem: string) => log().warn({ event: "flows_not_recorded", count, problem })

function serialize({ flowId, joined, clientId, userId, ...request }: RequestEvent): string {
  return JSON.stringify({ ...request, steps: request.steps.map((step) => ({ ...step, facts: limit(step.facts) })) })
}

function limit(facts: Facts): Facts {
  return JSON.stringify(facts).length > maxFacts ? { not_shown: "too long" } : facts
}

/** What a request shows of its flow. */
function toRow(event: RequestEvent): RecordedFlow {
  const { outcome, refused, reason } = outcomeOfRequest(event)
  return {
    id: event.flowId,
    beganAt: new Date(event.at),
    lastAt: new Date(event.at + event.durationMs),
    clientId: event.clientId,
    userId: event.userId,
    lastStep: event.steps.at(-1)?.name ?? null,
    outcome,
    refused: Number(refused),
    reason,
  }
}
