import type { AuthorizationServer } from "oauth4webapi"
import { type Holding, wholeTour } from "./plan"
import { type SceneName, scenes } from "./scenes"

export type Pairs = [name: string, value: string][]

/**
 * A request of the client with its response. For a navigation of the browser there is no response, because scripts can't
 * read it.
 */
export type Exchange = {
  id: number
  request: { method: string; url: string; headers: Pairs; form: Pairs }
  response: { status: number; headers: Pairs; body: string; tookMs: number } | null
  /** A navigation is `done` when the browser left or came back. */
  outcome: "waiting" | "done" | "failed"
  /** The client's own explanation of a failure. */
  problem: string | null
}

/** `interrupted` when there was no response, or none that a client can use. */
type Outcome = "in progress" | "done" | "refused" | "interrupted"

export type FinalOutcome = Exclude<Outcome, "in progress">

/** A scene that was played or is being played. */
export type PlayedScene = { id: number; name: SceneName; outcome: Outcome; exchanges: Exchange[] }

export type Tokens = {
  accessToken: string
  refreshToken: string
  /** The earlier refresh tokens, the oldest first. */
  spent: string[]
  /** Whether the session has ended. The tokens can still be sent, but are no longer valid. */
  ended: boolean
}

/**
 * The tour through one flow: the played scenes, the planned ones, and what the client has. It is stored in the tab's
 * sessionStorage, which survives the navigation to /authorize and a reload.
 */
export type Run = {
  /** Milliseconds since the epoch; 0 for the first run of a tab. */
  startedAt: number
  server: AuthorizationServer | null
  /** What the responses must match. */
  secret: { codeVerifier: string; codeChallenge: string; state: string; nonce: string } | null
  /** The auth code until it is redeemed. */
  code: string | null
  redeemedCode: string | null
  tokens: Tokens | null
  flowId: string | null
  played: PlayedScene[]
  /** The scenes to come. While a scene is in progress it is the first of them. */
  planned: SceneName[]
  /** The scenes planned at the start. Their participants have lanes from the beginning, so that no lane moves later. */
  plannedAtStart: SceneName[]
  /** The tour continues by itself until so many scenes are left; null: each scene waits for the button. */
  runsUntil: number | null
  /** Whether this flow was broken on purpose. Then the failed step opens by itself. */
  broken: boolean
  /** How many of the server's steps have been drawn. */
  drawnSteps: number
}

const storageKey = "oauth-flow-tour"
export const noResponse =
  "No response: you left the page too early, or the server can't be reached. Try again or start over."
const newRun: Run = {
  startedAt: 0,
  server: null,
  secret: null,
  code: null,
  redeemedCode: null,
  tokens: null,
  flowId: null,
  played: [],
  planned: wholeTour,
  plannedAtStart: wholeTour,
  runsUntil: null,
  broken: false,
  drawnSteps: 0,
}

let current: Run | null = null
let stored = true
const listeners = new Set<() => void>()

export function getRun(): Run {
  current ??= loadRun()
  return current
}

export function changeRun(change: Partial<Run>): void {
  current = { ...getRun(), ...change }
  try {
    sessionStorage.setItem(storageKey, JSON.stringify(current))
    stored = true
  } catch {
    stored = false
  }
  for (const listener of listeners) listener()
}

/** Whether the tab's storage holds the run. Without it, a navigation to the server would lose the run. */
export function isStored(): boolean {
  return stored
}

export function subscribeToRun(listener: () => void): () => void {
  listeners.add(listener)
  return () => listeners.delete(listener)
}

/** Loads what another page of this tab's history has stored. */
export function reloadRun(): void {
  current = loadRun()
  for (const listener of listeners) listener()
}

/** Starts a new flow. The server's metadata is kept. */
export function startRun(change: Partial<Run> = {}): void {
  changeRun({ ...newRun, startedAt: Date.now(), server: getRun().server, ...change })
}

/** What the client has to continue with. */
export function holdingOf({ secret, code, tokens, flowId }: Run): Holding {
  if (tokens) return tokens.ended ? "nothing" : "tokens"
  if (code) return "code"
  // A secret belongs to one flow only.
  return secret && flowId === null ? "secret" : "nothing"
}

function loadRun(): Run {
  try {
    const run = { ...newRun, ...JSON.parse(sessionStorage.getItem(storageKey) ?? "{}") } as Run
    const names = [...run.played.map(({ name }) => name), ...run.planned, ...run.plannedAtStart]
    // Another version of this page may have stored it.
    const isKnown = names.every((name) => Object.hasOwn(scenes, name))
    if (!isKnown || !run.played.every(({ outcome }) => outcomes.includes(outcome))) return newRun
    const played = run.played.map(markInterrupted)
    return { ...run, played, ...(played.at(-1)?.outcome === "interrupted" && { runsUntil: null }) }
  } catch {
    return newRun
  }
}

const outcomes: Outcome[] = ["in progress", "done", "refused", "interrupted"]

/** The page was left during a request. A navigation to the server is not interrupted: the browser comes back from it. */
function markInterrupted(scene: PlayedScene): PlayedScene {
  if (scene.outcome !== "in progress" || scene.name === "authorize") return scene
  const exchanges = scene.exchanges.map((exchange): Exchange => {
    return exchange.outcome === "waiting" ? { ...exchange, outcome: "failed", problem: noResponse } : exchange
  })
  return { ...scene, outcome: "interrupted", exchanges }
}

export function startScene(name: SceneName): void {
  const { played } = getRun()
  const id = (played.at(-1)?.id ?? 0) + 1
  changeRun({ played: [...played, { id, name, outcome: "in progress", exchanges: [] }] })
}

function changeLastScene(change: (scene: PlayedScene) => Partial<PlayedScene>): void {
  const { played } = getRun()
  const last = played.at(-1)
  if (last) changeRun({ played: [...played.slice(0, -1), { ...last, ...change(last) }] })
}

/**
 * Ends the last scene. An interrupted scene stays planned, to be tried again; the refusal of a scene that the others
 * need ends the plan.
 */
export function endScene(outcome: FinalOutcome): void {
  changeLastScene(() => ({ outcome }))
  const { played, planned, runsUntil, tokens } = getRun()
  const name = played.at(-1)?.name
  if (!name) return
  const endsSession = name === "revoke" ? outcome === "done" : outcome === "refused" && name !== "introspect"
  if (tokens && endsSession) changeRun({ tokens: { ...tokens, ended: true } })
  if (outcome === "interrupted") changeRun({ runsUntil: null })
  else if (outcome === "refused" && requiredScenes.includes(name)) changeRun({ planned: [], runsUntil: null })
  else changeRun({ planned: planned.slice(1), ...(planned.length - 1 <= (runsUntil ?? 0) && { runsUntil: null }) })
}

const requiredScenes: SceneName[] = ["prepare", "authorize", "redeem"]

/** Adds an exchange to the last scene. @returns its ID */
export function addExchange(exchange: Omit<Exchange, "id">): number {
  const id = (getRun().played.at(-1)?.exchanges.length ?? 0) + 1
  changeLastScene(({ exchanges }) => ({ exchanges: [...exchanges, { ...exchange, id }] }))
  return id
}

export function changeExchange(id: number, change: Partial<Exchange>): void {
  changeLastScene(({ exchanges }) => ({
    exchanges: exchanges.map((exchange) => (exchange.id === id ? { ...exchange, ...change } : exchange)),
  }))
}

/** Whether the browser's own requests belong to this scene. */
export function isAuthorization({ name }: PlayedScene): boolean {
  return name === "authorize" || name === "authorize_elsewhere"
}

const flowPaths = ["/token", "/introspect", "/refresh", "/revoke"]

/** The paths of the client's own requests in a scene, as far as they are part of the flow. */
export function pathsOf({ exchanges }: PlayedScene): string[] {
  return exchanges.map(({ request }) => new URL(request.url).pathname).filter((path) => flowPaths.includes(path))
}
