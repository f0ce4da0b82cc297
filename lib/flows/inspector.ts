import { config } from "@/lib/config"
import { type FlowEvent, findFlowWithText, type ListedFlow, listFlowEvents, listRecordedFlows } from "@/lib/data/flows"
import { isStepName } from "./diagrams"
import { fingerprint } from "./facts"
import type { FlowQuery } from "./flow-search"
import { byTime, type FlowRecord, type FlowSummary, maxRequests, type Recorded } from "./recorded-flow"

const idSyntax = /^[A-Za-z0-9_-]{22}$/

/**
 * The newest flows first.
 * @param changedSince milliseconds of the epoch: only the flows that something happened in since, the latest last
 */
export async function listFlows(query: FlowQuery, limit: number, changedSince?: number): Promise<FlowSummary[]> {
  const { clientId, outcome, id, before } = query
  if (id !== undefined && !idSyntax.test(id)) return []
  const filter = {
    ...{ clientId, id },
    ...(outcome === "refused" ? { refused: true } : { outcome }),
    before: before && { ...before, beganAt: new Date(before.beganAt) },
    changedSince: changedSince === undefined ? undefined : new Date(changedSince),
  }
  const inProgressMs = authorizationMs()
  const flows = await listRecordedFlows(filter, new Date(Date.now() - inProgressMs), limit)
  return flows.map((flow) => toSummary(flow, inProgressMs))
}

/** How long an authorization can be in progress: until its state token, and then its code, has expired. */
function authorizationMs(): number {
  const { STATE_TOKEN_SECONDS, AUTH_CODE_SECONDS } = config()
  return (STATE_TOKEN_SECONDS + AUTH_CODE_SECONDS) * 1000
}

/** What the list shows of a flow; null when nothing was recorded, or it has been swept. */
export async function findFlowSummary(id: string): Promise<FlowSummary | null> {
  const [flow] = await listFlows({ id }, 1)
  return flow ?? null
}

/** A flow with the newest that was recorded of it; null when nothing was, or it has been swept. */
export async function findFlow(id: string): Promise<FlowRecord | null> {
  const flow = await findFlowSummary(id)
  return flow && { ...flow, recorded: (await listFlowEvents(id, null, maxRequests)).flatMap(toRecorded).sort(byTime) }
}

/** What was recorded of a flow after this `seq`. */
export async function listRecorded(id: string, after: number): Promise<Recorded[]> {
  return idSyntax.test(id) ? (await listFlowEvents(id, after, maxRequests)).flatMap(toRecorded) : []
}

/** @returns nothing for a request that another version of the server recorded in another form, or with other steps */
function toRecorded({ seq, data }: FlowEvent): Recorded[] {
  const request = JSON.parse(data) as Omit<Recorded, "seq">
  if (!Array.isArray(request.steps) || !request.steps.every(({ name }) => isStepName(name))) return []
  return [{ ...request, seq, steps: request.steps.map((step, i) => ({ ...step, id: `${seq}-${i}` })) }]
}

function toSummary(
  { beganAt, lastAt, clientId, clientName, email, lastStep, ...flow }: ListedFlow,
  inProgressMs: number,
) {
  return {
    id: flow.id,
    beganAt: beganAt.getTime(),
    lastAt: lastAt.getTime(),
    expiresAt: beganAt.getTime() + inProgressMs,
    client: clientId === null ? null : { id: clientId, name: clientName ?? clientId },
    person: email,
    lastStep: lastStep !== null && isStepName(lastStep) ? lastStep : ("authorization.calls_authorize" as const),
    outcome: flow.outcome,
    refused: flow.refused,
    reason: flow.reason,
  }
}

/** The flow that a client's authorization request began, found by what the client knows of it; null when it is not stored. */
export async function findFlowByChallenge(clientId: string, codeChallenge: string): Promise<string | null> {
  return findFlowWithText(clientId, `"code_challenge":"${fingerprint(codeChallenge)}"`)
}
