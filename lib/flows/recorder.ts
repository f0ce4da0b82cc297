import { type RecordedFlow, recordFlows } from "@/lib/data/flows"
import { log } from "@/lib/log"
import type { RequestEvent } from "./events"
import type { Facts } from "./facts"
import type { Listener } from "./flow"
import { outcomeOfRequest } from "./request-outcome"
import { makeSequence } from "./sequence-number"

/** How long requests are collected before they are stored together, in milliseconds. */
const gatherMs = 100

/** The maximum number of requests in the queue. Storing is slow while the database is locked or unavailable. */
const maxWaiting = 2_000

/** The maximum length of a step's facts as JSON, in characters. */
const maxFactsLength = 8_192

/**
 * Stores requests for the flow inspector. A request that cannot be stored is lost. Flows are not affected.
 * @param perSecond the maximum number of recorded requests per second. Each other request is left out completely
 * @returns the listener; `store` stores the queued requests
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
  return JSON.stringify(facts).length > maxFactsLength ? { not_shown: "too long" } : facts
}

/** The facts of a flow that follow from one of its requests. */
function toRow(event: RequestEvent): RecordedFlow {
  const { outcome, refused, reason } = outcomeOfRequest(event)
  return {
    id: event.flowId,
    startedAt: new Date(event.at),
    lastAt: new Date(event.at + event.durationMs),
    clientId: event.clientId,
    userId: event.userId,
    lastStep: event.steps.at(-1)?.name ?? null,
    outcome,
    refused: Number(refused),
    reason,
  }
}
