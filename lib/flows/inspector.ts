import {
  type FlowEvent,
  type FlowFilter,
  findFlowThatSays,
  type ListedFlow,
  listFlowEvents,
  listNewestFlowEvents,
  listRecordedFlows,
} from "@/lib/data/flows"
import { isStepName } from "./diagrams"
import { fingerprint } from "./facts"
import { byTime, type FlowRecord, type FlowSummary, isKnown, mostEvents, type Recorded } from "./record"

export type FlowQuery = {
  id?: string
  clientId?: string
  outcome?: "ok" | "failed"
  /** Where the list goes on: behind this flow. `beganAt` is milliseconds of the epoch. */
  before?: { beganAt: number; id: string }
}

/** What an id of a flow looks like; whatever else stands in an address is none. */
const idSyntax = /^[A-Za-z0-9_-]{22}$/

/** The newest flows first. */
export async function listFlows(query: FlowQuery, limit: number): Promise<FlowSummary[]> {
  const { before, ...rest } = query
  const filter = { ...rest, ...(before && { before: { ...before, beganAt: new Date(before.beganAt) } }) }
  return list(filter, limit)
}

/**
 * The flows that something happened in since, the latest first.
 * @param query of the flows' outcomes it says nothing: a flow that no longer has the one that was asked for has moved too
 * @param since milliseconds of the epoch
 */
export async function listMovedFlows(
  { id, clientId }: FlowQuery,
  since: number,
  limit: number,
): Promise<FlowSummary[]> {
  return list({ id, clientId, movedSince: new Date(since) }, limit)
}

async function list(filter: FlowFilter, limit: number): Promise<FlowSummary[]> {
  if (filter.id !== undefined && !idSyntax.test(filter.id)) return []
  return (await listRecordedFlows(filter, limit)).map(toSummary)
}

/** A flow with the newest that was recorded of it; null when nothing was, or it has been swept. */
export async function findFlow(id: string): Promise<FlowRecord | null> {
  const [flow] = await listFlows({ id }, 1)
  if (!flow) return null
  const recorded = (await listNewestFlowEvents(id, mostEvents)).map(toRecorded).filter(isKnown)
  return { ...flow, recorded: recorded.sort(byTime) }
}

/** What was recorded of a flow after this `seq`. */
export async function listRecorded(id: string, after: number): Promise<Recorded[]> {
  const events = idSyntax.test(id) ? await listFlowEvents(id, after, mostEvents) : []
  return events.map(toRecorded)
}

function toRecorded({ seq, flowId, data }: FlowEvent): Recorded {
  return { ...JSON.parse(data), seq, flowId }
}

function toSummary(flow: ListedFlow): FlowSummary {
  const { id, beganAt, lastAt, clientId, clientName, email, lastStep, failure } = flow
  return {
    id,
    beganAt: beganAt.getTime(),
    lastAt: lastAt.getTime(),
    client: clientId === null ? null : { id: clientId, name: clientName ?? clientId },
    person: email,
    lastStep: lastStep !== null && isStepName(lastStep) ? lastStep : "authorization.calls_authorize",
    failure: failure || null,
  }
}

/** The flow that a client's authorization request began, found by what the client knows of it; null when it is not stored. */
export async function findFlowByChallenge(clientId: string, codeChallenge: string): Promise<string | null> {
  return findFlowThatSays(clientId, `"code_challenge":"${fingerprint(codeChallenge)}"`)
}
