import type { AuthorizationServer } from "oauth4webapi"
import { type Holding, wholeTour } from "./plan"
import { type SceneName, scenes } from "./scenes"

export type Pairs = [name: string, value: string][]

/** A request of the client and its answer, or one journey of the browser, which has no answer to see. */
export type Exchange = {
  id: number
  request: { method: string; url: string; headers: Pairs; form: Pairs }
  answer: { status: number; headers: Pairs; body: string; tookMs: number } | null
  /** What became of it: a journey is `done` when the browser left or came. */
  outcome: "waiting" | "done" | "failed"
  /** What the client has to say about a failure. */
  problem: string | null
}

/** What became of a scene: `broken` when no answer came, or none that a client can use. */
export type Outcome = "under way" | "done" | "refused" | "broken"

/** A scene that was played, or is. */
export type PlayedScene = { id: number; name: SceneName; outcome: Outcome; exchanges: Exchange[] }

export type Tokens = {
  accessToken: string
  refreshToken: string
  sub: string
  /** The refresh tokens before this one, the oldest first. */
  spent: string[]
  /** That the Session has ended: they can be shown to the server still, and are worth nothing. */
  ended: boolean
}

/**
 * The tour through one flow: what was done, what is to come, and what the client has in hand. It is kept in the tab's
 * sessionStorage, which a journey to /authorize and a reload survive.
 */
export type Run = {
  /** Milliseconds since the epoch; 0 for a tab's first. */
  startedAt: number
  server: AuthorizationServer | null
  /** What the answers must fit. */
  secret: { codeVerifier: string; codeChallenge: string; state: string; nonce: string } | null
  /** The auth code, and once it is redeemed the tokens: while they are good. */
  code: string | null
  redeemedCode: string | null
  tokens: Tokens | null
  /** The server's name for this flow. */
  flowId: string | null
  played: PlayedScene[]
  /** The first of them is played at this moment, when the last that was played is under way. */
  planned: SceneName[]
  /** Every scene that this run was begun for: who takes part in them has a lane. */
  cast: SceneName[]
  /** Goes on by itself until so many scenes are left; null: each waits for "next". */
  runsUntil: number | null
  /** That somebody breaks this flow on purpose: what fails is worth a look then. */
  broken: boolean
  /** How many steps of the diagram have been drawn already. */
  drawn: number
}

const storageKey = "oauth-flow-tour"
export const noAnswer = "No answer came: the page was left before it, or the server is out of reach."
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
  cast: wholeTour,
  runsUntil: null,
  broken: false,
  drawn: 0,
}

let current: Run | null = null
let kept = true
const listeners = new Set<() => void>()

export function getRun(): Run {
  current ??= load()
  return current
}

export function changeRun(change: Partial<Run>): void {
  current = { ...getRun(), ...change }
  try {
    sessionStorage.setItem(storageKey, JSON.stringify(current))
    kept = true
  } catch {
    kept = false
  }
  for (const listener of listeners) listener()
}

/** Whether the tab's storage holds the run: without it a journey to the server has no way back. */
export function isKept(): boolean {
  return kept
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

/** Begins a flow of its own; what the client knows of the server stays. */
export function startRun(change: Partial<Run> = {}): void {
  changeRun({ ...newRun, startedAt: Date.now(), server: getRun().server, ...change })
}

/** What the client can go on with. */
export function holdingOf({ secret, code, tokens, flowId }: Run): Holding {
  if (tokens) return tokens.ended ? "nothing" : "tokens"
  if (code) return "code"
  // Once a flow has begun with it, its secret is of no use for another.
  return secret && flowId === null ? "secret" : "nothing"
}

function load(): Run {
  try {
    const stored = { ...newRun, ...JSON.parse(sessionStorage.getItem(storageKey) ?? "{}") } as Run
    const names = [...stored.played.map(({ name }) => name), ...stored.planned]
    // Another version of this page may have stored it.
    if (!names.every((name) => Object.hasOwn(scenes, name))) return newRun
    const played = stored.played.map(endInterrupted)
    // What was broken off waits to be pressed again.
    return { ...stored, played, ...(played.at(-1)?.outcome === "broken" && { runsUntil: null }) }
  } catch {
    return newRun
  }
}

/** A request that the page did not stay for. A journey to the server has no such end: the browser comes back from it. */
function endInterrupted(scene: PlayedScene): PlayedScene {
  if (scene.outcome !== "under way" || scene.name === "authorize") return scene
  const exchanges = scene.exchanges.map((exchange): Exchange => {
    return exchange.outcome === "waiting" ? { ...exchange, outcome: "failed", problem: noAnswer } : exchange
  })
  return { ...scene, outcome: "broken", exchanges }
}

/** A scene begins. */
export function addScene(name: SceneName): void {
  const { played } = getRun()
  const id = (played.at(-1)?.id ?? 0) + 1
  changeRun({ played: [...played, { id, name, outcome: "under way", exchanges: [] }] })
}

/** Changes the scene that began last. */
function changeScene(change: (scene: PlayedScene) => Partial<PlayedScene>): void {
  const { played } = getRun()
  const last = played.at(-1)
  if (last) changeRun({ played: [...played.slice(0, -1), { ...last, ...change(last) }] })
}

/** How a scene ends. */
export type End = Exclude<Outcome, "under way">

/** What was to follow a success is of no use after a refusal; what was broken off can be tried again. */
export function endScene(outcome: End): void {
  changeScene(() => ({ outcome }))
  const { played, planned, runsUntil, tokens } = getRun()
  const name = played.at(-1)?.name
  if (!name) return
  const isEnd = name === "revoke" ? outcome === "done" : outcome === "refused" && name !== "introspect"
  if (tokens && isEnd) changeRun({ tokens: { ...tokens, ended: true } })
  if (outcome === "broken") changeRun({ runsUntil: null })
  else if (outcome === "refused" && vital.includes(name)) changeRun({ planned: [], runsUntil: null })
  else changeRun({ planned: planned.slice(1), ...(planned.length - 1 <= (runsUntil ?? 0) && { runsUntil: null }) })
}

const vital: SceneName[] = ["prepare", "authorize", "redeem"]

/** Adds an exchange to the scene that began last. @returns its id */
export function addExchange(exchange: Omit<Exchange, "id">): number {
  const id = (getRun().played.at(-1)?.exchanges.length ?? 0) + 1
  changeScene(({ exchanges }) => ({ exchanges: [...exchanges, { ...exchange, id }] }))
  return id
}

export function changeExchange(id: number, change: Partial<Exchange>): void {
  changeScene(({ exchanges }) => ({
    exchanges: exchanges.map((exchange) => (exchange.id === id ? { ...exchange, ...change } : exchange)),
  }))
}

/** Whether it is a scene that the browser's requests belong to. */
export function isAuthorization({ name }: PlayedScene): boolean {
  return name === "authorize" || name === "authorize_elsewhere"
}

const flowPaths = ["/token", "/introspect", "/refresh", "/revoke"]

/** The paths of the requests that the client itself sent in a scene, as far as they are part of the flow. */
export function pathsOf({ exchanges }: PlayedScene): string[] {
  return exchanges.map(({ request }) => new URL(request.url).pathname).filter((path) => flowPaths.includes(path))
}
