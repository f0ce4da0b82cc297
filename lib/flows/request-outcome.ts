import type { FlowOutcome } from "@/lib/data/flow-outcomes"
import type { DiagramName } from "./diagrams"
import type { Failure, RequestEvent } from "./events"

/** What a request shows about its authorization. See docs/decisions/020. */
export type RequestOutcome = {
  outcome: FlowOutcome
  /** Whether the request was refused, and the outcome is not this refusal. */
  refused: boolean
  /** Why it was refused; null when it was not. */
  reason: string | null
}

export function outcomeOfRequest(request: RequestEvent): RequestOutcome {
  const failure = request.steps.findLast((step) => step.failure)?.failure
  const outcome = failure ? outcomeOfFailure(failure, request) : outcomeOfSuccess(request)
  return {
    outcome,
    refused: failure !== undefined && outcome !== "failed" && outcome !== "denied",
    reason: failure?.reason ?? null,
  }
}

/** A refused request does not end an authorization, unless it is the last word on it. */
function outcomeOfFailure({ reason }: Failure, { joined, path, status }: RequestEvent): FlowOutcome {
  if (reason === "user_denied") return "denied"
  if (reason === "code_replayed" || reason === "refresh_token_replayed") return "revoked"
  // There is nothing else in this flow.
  if (!joined || reason === "code_expired") return "failed"
  // The state token can be sent again after a failure of the server, and a used one has made its code.
  const isEnd = (path === "/authorize" || path === "/callback") && status < 500 && reason !== "state_token_used"
  return isEnd ? "failed" : "in progress"
}

const outcomesByDiagram: Record<Exclude<DiagramName, "authorization">, FlowOutcome> = {
  introspection: "succeeded",
  refresh: "succeeded",
  revocation: "revoked",
}

function outcomeOfSuccess({ steps }: RequestEvent): FlowOutcome {
  const [diagram, name] = (steps.at(-1)?.name ?? "").split(".") as [DiagramName, string]
  if (diagram === "authorization") return name === "returns_tokens" ? "succeeded" : "in progress"
  return outcomesByDiagram[diagram]
}
