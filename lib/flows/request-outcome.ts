import type { FlowOutcome } from "@/lib/data/flow-outcomes"
import type { DiagramName } from "./diagrams"
import type { Failure, RequestEvent } from "./events"

/** What follows from a request for the outcome of its authorization. See docs/decisions/020. */
export type RequestOutcome = {
  outcome: FlowOutcome
  /** Whether the request was refused without deciding the outcome. */
  refused: boolean
  /** Why it was refused; null when it was not. */
  reason: string | null
}

export function outcomeOfRequest(request: RequestEvent): RequestOutcome {
  const failure = request.steps.findLast((step) => step.failure)?.failure
  // The usual answer to a device that waits.
  if (failure?.reason === "authorization_pending") return { outcome: "in progress", refused: false, reason: null }
  const outcome = failure ? outcomeOfFailure(failure, request) : outcomeOfSuccess(request)
  return {
    outcome,
    refused: failure !== undefined && outcome !== "failed" && outcome !== "denied",
    reason: failure?.reason ?? null,
  }
}

/** A refused request usually does not end its authorization: the client can try again. */
function outcomeOfFailure({ reason }: Failure, { joined, path, status }: RequestEvent): FlowOutcome {
  if (reason === "user_denied") return "denied"
  if (reason === "code_replayed" || reason === "refresh_token_replayed") return "revoked"
  // A request that joined no flow is a whole flow.
  if (!joined || reason === "code_expired" || reason === "device_code_expired") return "failed"
  // After a server error the state token can be sent again, and a used state token has already produced its code.
  const isEnd = (path === "/authorize" || path === "/callback") && status < 500 && reason !== "state_token_used"
  return isEnd ? "failed" : "in progress"
}

const outcomesByDiagram: Record<Exclude<DiagramName, "authorization" | "device">, FlowOutcome> = {
  introspection: "succeeded",
  userInfo: "succeeded",
  refresh: "succeeded",
  revocation: "revoked",
  clientCredentials: "succeeded",
  tokenExchange: "succeeded",
  registration: "succeeded",
  clientConfiguration: "succeeded",
  signOut: "succeeded",
}

function outcomeOfSuccess({ steps }: RequestEvent): FlowOutcome {
  const [diagram, name] = (steps.at(-1)?.name ?? "").split(".") as [DiagramName, string]
  if (diagram === "authorization" || diagram === "device")
    return name === "returns_tokens" ? "succeeded" : "in progress"
  return outcomesByDiagram[diagram]
}
