import { type CustomFetchOptions, ResponseBodyError, WWWAuthenticateChallengeError } from "oauth4webapi"
import { addExchange, changeExchange, noAnswer, type Pairs } from "./run"
import type { Kind } from "./steps"

const shownHeaders = ["authorization", "accept", "content-type", "cache-control", "www-authenticate", "retry-after"]

/** The fetch that oauth4webapi calls: its several kinds of body are all ones that fetch takes. */
export type Fetch = (url: string, options: CustomFetchOptions<string, unknown>) => Promise<Response>

/**
 * Runs a request of oauth4webapi and records it with its answer.
 * @param act is given the fetch that records
 * @returns what `act` returns; null when it failed, and then the record says why
 */
export async function recordExchange<T>(kind: Kind, act: (fetch: Fetch) => Promise<T>): Promise<T | null> {
  let id: number | null = null
  try {
    return await act(async (url, options) => {
      id = addExchange({
        kind,
        request: describeRequest(url, options),
        answer: null,
        outcome: "waiting",
        problem: null,
      })
      const startedAt = performance.now()
      const response = await fetch(url, options as RequestInit)
      const body = await response.clone().text()
      const tookMs = Math.round(performance.now() - startedAt)
      const answer = { status: response.status, headers: headersThatMatter(response.headers), body, tookMs }
      changeExchange(id, { answer, outcome: response.ok ? "done" : "failed" })
      return response
    })
  } catch (error) {
    const problem = describeProblem(error)
    if (id !== null) changeExchange(id, { outcome: "failed", problem })
    else throw error
    return null
  }
}

/** Records a journey of the browser. @returns the id of the record */
export function recordJourney(kind: Kind, url: URL): number {
  const request = { method: "GET", url: url.href, headers: [], form: [] }
  return addExchange({ kind, request, answer: null, outcome: "done", problem: null })
}

/** Why the client cannot go on, for the person who watches; null when the server's own answer says it all. */
export function describeProblem(error: unknown): string | null {
  if (error instanceof ResponseBodyError || error instanceof WWWAuthenticateChallengeError) return null
  if (error instanceof TypeError && !("code" in error)) return noAnswer
  return `The client does not accept this answer: ${error instanceof Error ? error.message : String(error)}.`
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
