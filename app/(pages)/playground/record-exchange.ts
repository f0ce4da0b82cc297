import { type CustomFetchOptions, ResponseBodyError, WWWAuthenticateChallengeError } from "oauth4webapi"
import { addExchange, changeExchange, changeRun, type FinalOutcome, getRun, noResponse, type Pairs } from "./run"

const shownHeaders = ["authorization", "accept", "content-type", "cache-control", "www-authenticate", "retry-after"]

/** The signature with which oauth4webapi calls fetch. */
export type Fetch = (url: string, options: CustomFetchOptions<string, unknown>) => Promise<Response>

export type Recorded<T> = { outcome: "done"; value: T } | { outcome: Exclude<FinalOutcome, "done">; value: null }

/**
 * Runs a request and records it with its response.
 * @param run receives the fetch that records
 * @returns what `run` returns, or how it failed: `refused` when the server's response is an error, `interrupted` when
 * there is no response, or none that the client can use. Then the recorded exchange has the problem.
 */
export async function recordExchange<T>(run: (fetch: Fetch) => Promise<T>): Promise<Recorded<T>> {
  let id: number | null = null
  try {
    const value = await run(async (url, options) => {
      const request = describeRequest(url, options)
      id = addExchange({ request, response: null, outcome: "waiting", problem: null })
      const startedAt = performance.now()
      const response = await fetch(url, options as RequestInit)
      const body = await readBody(response.clone())
      const tookMs = Math.round(performance.now() - startedAt)
      const recorded = { status: response.status, headers: pickHeaders(response.headers), body, tookMs }
      changeExchange(id, { response: recorded, outcome: response.ok ? "done" : "failed" })
      const flowId = response.headers.get("x-flow-id")
      if (flowId !== null && getRun().flowId === null) changeRun({ flowId })
      return response
    })
    return { outcome: "done", value }
  } catch (error) {
    if (id === null) throw error
    const problem = describeProblem(error)
    changeExchange(id, { outcome: "failed", problem })
    return { outcome: problem === null ? "refused" : "interrupted", value: null }
  }
}

/** Records a navigation of the browser. @returns the ID of the exchange */
export function recordNavigation(url: URL): number {
  const request = { method: "GET", url: url.href, headers: [], form: [] }
  return addExchange({ request, response: null, outcome: "done", problem: null })
}

/** The server's response is an error that the protocol knows. */
export class RefusedError extends Error {}

/** Why the client can't continue, as a sentence; null when the server's own error explains it. */
export function describeProblem(error: unknown): string | null {
  const refusals = [ResponseBodyError, WWWAuthenticateChallengeError, RefusedError]
  if (refusals.some((refusal) => error instanceof refusal)) return null
  if (error instanceof TypeError && !("code" in error)) return noResponse
  return `The client rejected this response: ${error instanceof Error ? error.message : String(error)}.`
}

/** The body as text. Of an HTML page only the title. */
async function readBody(response: Response): Promise<string> {
  const text = await response.text()
  if (!response.headers.get("content-type")?.startsWith("text/html")) return text
  return `A page for the user: ${new DOMParser().parseFromString(text, "text/html").title}`
}

function describeRequest(
  url: string,
  { method, headers, body }: { method: string; headers: HeadersInit; body?: unknown },
) {
  const form = body instanceof URLSearchParams ? [...body] : []
  return { method, url, headers: pickHeaders(new Headers(headers)), form }
}

function pickHeaders(headers: Headers): Pairs {
  return shownHeaders.flatMap((name): Pairs => {
    const value = headers.get(name)
    return value === null ? [] : [[name, value]]
  })
}
