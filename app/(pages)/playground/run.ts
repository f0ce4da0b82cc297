import type { AuthorizationServer } from "oauth4webapi"
import type { Kind } from "./steps"

export type Pairs = [name: string, value: string][]

/** A request of the client and its answer, or one journey of the browser, which has no answer to see. */
export type Exchange = {
  id: number
  kind: Kind
  request: { method: string; url: string; headers: Pairs; form: Pairs }
  answer: { status: number; headers: Pairs; body: string; tookMs: number } | null
  /** What became of it: a journey is `done` when the browser left or came. */
  outcome: "waiting" | "done" | "failed"
  /** What the client has to say about a failure. */
  problem: string | null
}

export type Tokens = {
  accessToken: string
  refreshToken: string | null
  /** Milliseconds since 1970. */
  expiresAt: number
  sub: string
  revoked: boolean
}

/** What the playground knows. It is kept in the tab's sessionStorage, which a journey to /authorize and a reload survive. */
export type Run = {
  server: AuthorizationServer | null
  /** What the answer to the authorization request must fit, until it has come. */
  pending: { codeVerifier: string; state: string; nonce: string } | null
  tokens: Tokens | null
  exchanges: Exchange[]
}

const storageKey = "oauth-flow-playground"
const keptExchanges = 40
export const noAnswer = "No answer came: the page was left before it, or the server is out of reach."
export const emptyRun: Run = { server: null, pending: null, tokens: null, exchanges: [] }

let current: Run | null = null
const listeners = new Set<() => void>()

export function getRun(): Run {
  current ??= load()
  return current
}

export function changeRun(change: (run: Run) => Partial<Run>): void {
  const run = getRun()
  current = { ...run, ...change(run) }
  current.exchanges = current.exchanges.slice(-keptExchanges)
  try {
    sessionStorage.setItem(storageKey, JSON.stringify(current))
  } catch {
    // A full or forbidden storage costs what a reload would keep, nothing else.
  }
  for (const listener of listeners) listener()
}

export function subscribeToRun(listener: () => void): () => void {
  listeners.add(listener)
  return () => listeners.delete(listener)
}

/** Takes up what another page of this tab's history has left in the storage. */
export function reloadRun(): void {
  current = load()
  for (const listener of listeners) listener()
}

function load(): Run {
  try {
    const run = { ...emptyRun, ...JSON.parse(sessionStorage.getItem(storageKey) ?? "{}") } as Run
    return { ...run, exchanges: run.exchanges.map(endInterrupted) }
  } catch {
    return emptyRun
  }
}

function endInterrupted(exchange: Exchange): Exchange {
  if (exchange.outcome !== "waiting") return exchange
  return { ...exchange, outcome: "failed", problem: noAnswer }
}

/** Adds an exchange to the run. @returns its id */
export function addExchange(exchange: Omit<Exchange, "id">): number {
  const id = (getRun().exchanges.at(-1)?.id ?? 0) + 1
  changeRun((run) => ({ exchanges: [...run.exchanges, { ...exchange, id }] }))
  return id
}

export function changeExchange(id: number, change: Partial<Exchange>): void {
  changeRun((run) => ({
    exchanges: run.exchanges.map((exchange) => (exchange.id === id ? { ...exchange, ...change } : exchange)),
  }))
}
