import { type CustomFetchOptions, ResponseBodyError, WWWAuthenticateChallengeError } from "oauth4webapi"
import { addExchange, changeExchange, changeRun, getRun, noAnswer, type Outcome, type Pairs } from "./run"

const shownHeaders = ["authorization", "accept", "content-type", "cache-control", "www-authenticate", "retry-after"]

/** The fetch that oauth4webapi calls: its several kinds of body are all ones that fetch takes. */
export type Fetch = (url: string, options: CustomFetchOptions<string, unknown>) => Promise<Response>

export type Recorded<T> =
  | { outcome: "done"; value: T }
  | { outcome: Exclude<Outcome, "done" | "under way">; value: null }

/**
 * Runs a request and records it with its answer.
 * @param act is given the fetch that records
 * @returns what `act` returns, or what became of it: `refused` when the server's answer is an error, `broken` when
 * there is no answer, or none that the client can use, and then the record says why
 */
export async function recordExchange<T>(act: (fetch: Fetch) => Promise<T>): Promise<Recorded<T>> {
  let id: number | null = null
  try {
    const value = await act(async (url, options) => {
      const request = describeRequest(url, options)
      id = addExchange({ request, answer: null, outcome: "waiting", problem: null })
      const startedAt = performance.now()
      const response = await fetch(url, options as RequestInit)
      const body = await readBody(response.clone())
      const tookMs = Math.round(performance.now() - startedAt)
      const answer = { status: response.status, headers: headersThatMatter(response.headers), body, tookMs }
      changeExchange(id, { answer, outcome: response.ok ? "done" : "failed" })
      // The first answer that names the flow; the browser's journeys show a script no headers.
      const flowId = response.headers.get("x-flow-id")
      if (flowId !== null && getRun().flowId === null) changeRun({ flowId })
      return response
    })
    return { outcome: "done", value }
  } catch (error) {
    if (id === null) throw error
    const problem = describeProblem(error)
    changeExchange(id, { outcome: "failed", problem })
    return { outcome: problem === null ? "refused" : "broken", value: null }
  }
}

/** Records a journey of the browser. @returns the id of the record */
export function recordJourney(url: URL): number {
  const request = { method: "GET", url: url.href, headers: [], form: [] }
  return addExchange({ request, answer: null, outcome: "done", problem: null })
}

/** The server's answer is an error that the protocol knows. */
export class RefusedError extends Error {}

/** Why the client cannot go on, for the person who watches; null when the server's own answer says it all. */
export function describeProblem(error: unknown): string | null {
  const refusals = [ResponseBodyError, WWWAuthenticateChallengeError, RefusedError]
  if (refusals.some((refusal) => error instanceof refusal)) return null
  if (error instanceof TypeError && !("code" in error)) return noAnswer
  return `The client does not accept this answer: ${error instanceof Error ? error.message : String(error)}.`
}

/** Of a page only its title: the rest is for a person. */
async function readBody(response: Response): Promise<string> {
  const text = await response.text()
  if (!response.headers.get("content-type")?.startsWith("text/html")) return text
  return `A page for the person: ${/<title>([^<]*)/.exec(text)?.[1]}`
}

function describeRequest(
  url: string,
  { method, headers, body }: { method: string; headers: HeadersInit; body?: unknown },
) {
  const form = body instanceof URLSearchParams ? [...body] : []
  return { method, url, headers: headersThatMatter(new Headers(headers)), form }
}

function headersThatMatter(headers: Headers): Pairs {
  return shownHeaders.flatMap((name): Pairs => {
    const value = headers.get(name)
    return value === null ? [] : [[name, value]]
  })
}
