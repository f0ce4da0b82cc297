import { config } from "@/lib/config"
import {
  type FlowEvent,
  type FlowFilter,
  findFlowWithText,
  type ListedFlow,
  listFlowEvents,
  listRecordedFlows,
} from "@/lib/data/flows"
import { isStepName } from "./diagrams"
import { fingerprint } from "./facts"
import { type FlowQuery, minIdStart, startRange } from "./flow-search"
import { listReasonsWith } from "./reasons"
import { byTime, type FlowRecord, type FlowSummary, maxRequests, type Recorded } from "./recorded-flow"

const idSyntax = /^[A-Za-z0-9_-]{22}$/

/**
 * The newest flows first.
 * @param changedSince milliseconds since the epoch: only flows with a request after it, the latest last
 */
export function listFlows(query: FlowQuery, limit: number, changedSince?: number): Promise<FlowSummary[]> {
  const { text, outcome, before } = query
  const { from, before: startedBefore } = startRange(query, Date.now())
  return list(
    {
      text: text === undefined ? undefined : toTextFilter(text),
      ...(outcome === "refused" ? { refused: true } : { outcome }),
      startedFrom: toDate(from),
      startedBefore: toDate(startedBefore),
      before: before && { ...before, startedAt: new Date(before.startedAt) },
      changedSince: toDate(changedSince),
    },
    limit,
  )
}

function toTextFilter(part: string): FlowFilter["text"] {
  return { part, reasons: listReasonsWith(part), isIdStart: part.length >= minIdStart }
}

const toDate = (at: number | undefined) => (at === undefined ? undefined : new Date(at))

async function list(filter: FlowFilter, limit: number): Promise<FlowSummary[]> {
  const inProgressMs = authorizationMs()
  const flows = await listRecordedFlows(filter, new Date(Date.now() - inProgressMs), limit)
  return flows.map((flow) => toSummary(flow, inProgressMs))
}

/** The maximum time of an authorization in progress: the lifetimes of its state token and its code, in milliseconds. */
function authorizationMs(): number {
  const { STATE_TOKEN_SECONDS, AUTH_CODE_SECONDS } = config()
  return (STATE_TOKEN_SECONDS + AUTH_CODE_SECONDS) * 1000
}

/** What the list shows of a flow; null when it was not recorded, or was deleted since. */
export async function findFlowSummary(id: string): Promise<FlowSummary | null> {
  return idSyntax.test(id) ? ((await list({ id }, 1))[0] ?? null) : null
}

/** A flow with its newest requests; null when it was not recorded, or was deleted since. */
export async function findFlow(id: string): Promise<FlowRecord | null> {
  const flow = await findFlowSummary(id)
  return flow && { ...flow, recorded: (await listFlowEvents(id, null, maxRequests)).flatMap(toRecorded).sort(byTime) }
}

/** The requests of a flow after this `seq`. */
export async function listRecorded(id: string, after: number): Promise<Recorded[]> {
  return idSyntax.test(id) ? (await listFlowEvents(id, after, maxRequests)).flatMap(toRecorded) : []
}

/** Leaves out a request that another version of the server recorded in another form or with other steps. */
function toRecorded({ seq, data }: FlowEvent): Recorded[] {
  const request = JSON.parse(data) as Omit<Recorded, "seq">
  if (!Array.isArray(request.steps) || !request.steps.every(({ name }) => isStepName(name))) return []
  return [{ ...request, seq, steps: request.steps.map((step, i) => ({ ...step, id: `${seq}-${i}` })) }]
}

function toSummary(
  { startedAt, lastAt, clientId, clientName, email, lastStep, ...flow }: ListedFlow,
  inProgressMs: number,
) {
  return {
    id: flow.id,
    startedAt: startedAt.getTime(),
    lastAt: lastAt.getTime(),
    expiresAt: startedAt.getTime() + inProgressMs,
    client: clientId === null ? null : { id: clientId, name: clientName ?? clientId },
    person: email,
    lastStep: lastStep !== null && isStepName(lastStep) ? lastStep : ("authorization.calls_authorize" as const),
    outcome: flow.outcome,
    refused: flow.refused,
    reason: flow.reason,
  }
}

/** The ID of the flow of an authorization request, found by its code challenge; null when it is not recorded. */
export async function findFlowByChallenge(clientId: string, codeChallenge: string): Promise<string | null> {
  return findFlowWithText(clientId, `"code_challenge":"${fingerprint(codeChallenge)}"`)
}
