import { cookieName } from "../fixtures/cookies"
import type { OwnWorld } from "../fixtures/own-world"
import { query } from "../fixtures/rows"
import { remember } from "../fixtures/secrets"
import {
  authorize,
  expect,
  flowIdOf,
  isActive,
  locationOf,
  makePkce,
  postForm,
  redeem,
  TestBrowser,
  type Tokens,
} from "../fixtures/world"
import type { Random } from "./options"

export const stepNames = ["callback", "token", "refresh", "revoke"] as const
type StepName = (typeof stepNames)[number]

/** What became of the requests of one kind. `done` and `notDone` are requests without an answer. */
type StepCounts = { answered: number; done: number; notDone: number }
export type Counts = Record<StepName, StepCounts>

export const newCounts = () =>
  Object.fromEntries(stepNames.map((name) => [name, { answered: 0, done: 0, notDone: 0 }])) as Counts

/** One flow: the state that its client knows. */
type PlayedFlow = {
  id: string
  /** The next request. */
  step: StepName
  browser: TestBrowser
  stateToken: string
  codeVerifier: string
  code: string
  tokens: Tokens | null
  /** The refresh token before the current one. */
  previous: string | null
  rotations: number
  refreshes: number
}

/** What the answers so far say about a Session. */
export type SeenSession = { id: string; started: boolean; rotations: number; revoked: boolean }

/**
 * Plays whole flows, one after another: /authorize, /callback, /token, some refreshes, /revoke. A request that gets no answer
 * stops it, and `verify` then finds out what the server did with that request.
 */
export class FlowPlayer {
  private flow: PlayedFlow | null = null
  private lastAnswered: StepName | null = null
  private interrupted: StepName | null = null
  /** The IDs of the Sessions that must be revoked. */
  readonly ended: string[] = []
  /** Whether a response that the database is not available is no answer: the request may have been done. */
  allowsUnavailable = false

  constructor(
    private readonly world: OwnWorld,
    private readonly random: Random,
    private readonly counts: Counts,
    /** Called after each answer. */
    private readonly onAnswer: () => void,
    /** The base URL for the next request. */
    private readonly nextUrl = () => world.issuer,
  ) {}

  /** Plays until a request gets no answer, or `isStopping` returns true. */
  async play(isStopping: () => boolean): Promise<void> {
    while (!isStopping() && this.interrupted === null) {
      if (!(await this.playNext())) return
    }
  }

  /** Sends the next request. @throws when it gets no answer */
  async playOne(): Promise<void> {
    if (!(await this.playNext())) throw new Error("A request got no answer.")
  }

  /** Plays until this is the next request of a flow. */
  async advanceTo(step: StepName): Promise<void> {
    while (this.flow?.step !== step) await this.playOne()
  }

  /** The current flow's Session, if there is one, and the last one that was revoked. */
  seenSessions(): SeenSession[] {
    const seen = (flow: PlayedFlow, revoked: boolean): SeenSession => ({
      id: flow.id,
      started: flow.tokens !== null,
      rotations: flow.rotations,
      revoked,
    })
    const { flow, lastFlow } = this
    return [...(flow?.code ? [seen(flow, false)] : []), ...(lastFlow ? [seen(lastFlow, true)] : [])]
  }

  get accessToken(): string {
    return this.flow?.tokens?.access_token ?? ""
  }

  /** Sends the next request of the flow, and leaves its answer to the caller. */
  sendNext(): Promise<Response> {
    const { flow } = this
    if (!flow) throw new Error("There is no flow.")
    const send = {
      callback: () => this.sendCallback(flow),
      token: () => this.sendCode(flow),
      refresh: () => this.sendRefresh(flow.tokens?.refresh_token ?? ""),
      revoke: () => this.sendRevoke(flow),
    }
    return send[flow.step]()
  }

  /** Sends the next request. @returns false when it got no answer */
  private async playNext(): Promise<boolean> {
    const { flow } = this
    try {
      if (flow === null) {
        this.flow = await this.begin()
        return true
      }
      const { step } = flow
      await this[step](flow)
      this.counts[step].answered++
      this.lastAnswered = step
      if (step === "revoke") this.flow = null
      this.onAnswer()
      return true
    } catch (error) {
      if (!isConnectionError(error)) throw error
      // Without a flow, the request was to /authorize, which writes nothing.
      this.interrupted = flow?.step ?? null
      return false
    }
  }

  private async begin(): Promise<PlayedFlow> {
    const { client, issuer, browserSession } = this.world
    const browser = new TestBrowser(this.nextUrl())
    const pkce = makePkce()
    const response = this.checked(await authorize(browser, client, pkce))
    const location = locationOf(response)
    expect(location.pathname).toBe("/sign-in")
    browser.cookies.set(cookieName("session", issuer), browserSession)
    this.lastAnswered = null
    return {
      id: flowIdOf(response),
      step: "callback",
      browser,
      stateToken: remember(location.searchParams.get("state")) ?? "",
      codeVerifier: pkce.codeVerifier,
      code: "",
      tokens: null,
      previous: null,
      rotations: 0,
      refreshes: 1 + this.random.integer(3),
    }
  }

  private async callback(flow: PlayedFlow): Promise<void> {
    const response = await this.sendCallback(flow)
    expect(response.status, await response.text()).toBe(303)
    this.takeCode(flow, response)
  }

  private takeCode(flow: PlayedFlow, response: Response): void {
    flow.code = remember(locationOf(response).searchParams.get("code")) ?? ""
    expect(flow.code.split(".")[0], "the code names its Session").toBe(flow.id)
    flow.step = "token"
  }

  private async token(flow: PlayedFlow): Promise<void> {
    const response = await this.sendCode(flow)
    this.takeTokens(flow, await readOk(response))
  }

  private takeTokens(flow: PlayedFlow, tokens: Tokens): void {
    flow.tokens = tokens
    flow.step = "refresh"
  }

  private async refresh(flow: PlayedFlow): Promise<void> {
    const presented = flow.tokens?.refresh_token ?? ""
    this.takeRefreshed(flow, presented, await readOk(await this.sendRefresh(presented)))
  }

  private takeRefreshed(flow: PlayedFlow, presented: string, tokens: Tokens): void {
    flow.tokens = tokens
    flow.previous = presented
    flow.rotations++
    if (flow.rotations === flow.refreshes) flow.step = "revoke"
  }

  private async revoke(flow: PlayedFlow): Promise<void> {
    const response = await this.sendRevoke(flow)
    expect(response.status, await response.text()).toBe(200)
    this.ended.push(flow.id)
    this.lastFlow = flow
  }

  /** The flow that the last answered /revoke ended. */
  private lastFlow: PlayedFlow | null = null

  /** After a fault: finds out whether the unanswered request was done, and that every answer is true. */
  async verify(): Promise<void> {
    const { interrupted, lastAnswered, flow } = this
    this.interrupted = null
    this.lastAnswered = null
    if (interrupted !== null && flow !== null) await this.resolve(interrupted, flow)
    else if (lastAnswered === "revoke" && this.lastFlow) await this.expectEnded(this.lastFlow)
    else if (lastAnswered !== null && flow !== null) await this.confirm(lastAnswered, flow)
  }

  /** Repeats the request that got no answer. The row shows whether it was done, and the answer must agree. */
  private async resolve(step: StepName, flow: PlayedFlow): Promise<void> {
    const row = await this.readRow(flow.id)
    const isDone = {
      callback: row !== null,
      token: row?.startedAt !== null,
      refresh: row?.rotations === flow.rotations + 1,
      revoke: row?.revokedAt !== null,
    }[step]
    this.counts[step][isDone ? "done" : "notDone"]++
    // The retry below then does it.
    if (!isDone) this.counts[step].answered++
    if (step !== "callback") expect(row, `${step}: the Session exists`).not.toBeNull()
    if (step === "callback") {
      const response = await this.sendCallback(flow)
      const text = await response.text()
      if (!isDone) return this.takeCode(flow, response)
      // A state token makes one code, and its answer is lost.
      expect([response.status, response.headers.get("location")], text).toEqual([400, null])
      expect(await this.readRow(flow.id)).toMatchObject({ startedAt: null, revokedAt: null })
      this.flow = null
    } else if (step === "token") {
      const response = await this.sendCode(flow)
      if (!isDone) return this.takeTokens(flow, await readOk(response))
      await expectInvalidGrant(response)
      this.ended.push(flow.id)
      this.flow = null
    } else if (step === "refresh") {
      if (!isDone) expect(row?.rotations).toBe(flow.rotations)
      const presented = flow.tokens?.refresh_token ?? ""
      const tokens = await readOk(await this.sendRefresh(presented))
      const again = await readOk(await this.sendRefresh(presented))
      expect(again.refresh_token, "a retry gets the very same refresh token").toBe(tokens.refresh_token)
      this.takeRefreshed(flow, presented, tokens)
      expect((await this.readRow(flow.id))?.rotations, "rotated once").toBe(flow.rotations)
    } else {
      await this.revoke(flow)
      await this.expectEnded(flow)
      this.flow = null
    }
  }

  /** Uses what the last answer contained. */
  private async confirm(step: StepName, flow: PlayedFlow): Promise<void> {
    if (step === "token" && this.random.integer(2) === 0) {
      await expectInvalidGrant(await this.sendCode(flow))
      // The replay has revoked the Session.
      this.ended.push(flow.id)
      await this.expectEnded(flow)
      this.flow = null
      return
    }
    if (step === "refresh") {
      const retried = await readOk(await this.sendRefresh(flow.previous ?? ""))
      expect(retried.refresh_token, "a retry gets the very same refresh token").toBe(flow.tokens?.refresh_token)
    }
    if (step !== "callback") expect(await isActive(flow.tokens?.access_token ?? "", this.world.issuer)).toBe(true)
    // Redeems the code, or uses the refresh token.
    await this.playOne()
  }

  private async expectEnded(flow: PlayedFlow): Promise<void> {
    expect(await isActive(flow.tokens?.access_token ?? "", this.world.issuer), "the access token is active").toBe(false)
    await expectInvalidGrant(await this.sendRefresh(flow.tokens?.refresh_token ?? ""))
  }

  private async readRow(id: string) {
    const sql = `SELECT "startedAt", "revokedAt", "rotations" FROM "Session" WHERE "id" = ?`
    const [row] = await query(sql, [id], this.world.databaseUrl)
    return row ? (row as { startedAt: unknown; revokedAt: unknown; rotations: number }) : null
  }

  private async sendCallback({ browser, stateToken }: PlayedFlow): Promise<Response> {
    const path = `/callback?${new URLSearchParams({ state: stateToken })}`
    return this.checked(await browser.fetch(new URL(path, this.nextUrl()).href))
  }

  private async sendCode({ code, codeVerifier }: PlayedFlow): Promise<Response> {
    return this.checked(await redeem(this.world.client, { code, codeVerifier }, {}, { baseUrl: this.nextUrl() }))
  }

  private async sendRefresh(refresh_token: string): Promise<Response> {
    const path = this.random.pick(["/refresh", "/token"])
    const form = { refresh_token, ...(path === "/token" && { grant_type: "refresh_token" }) }
    return this.checked(await postForm(path, this.world.client, form, { baseUrl: this.nextUrl() }))
  }

  private async sendRevoke({ tokens }: PlayedFlow): Promise<Response> {
    const token = this.random.pick([tokens?.refresh_token, tokens?.access_token])
    return this.checked(await postForm("/revoke", this.world.client, { token }, { baseUrl: this.nextUrl() }))
  }

  private checked(response: Response): Response {
    if (this.allowsUnavailable && response.status === 503) throw new TypeError("fetch failed: 503")
    return response
  }
}

async function readOk(response: Response): Promise<Tokens> {
  const text = await response.text()
  expect(response.status, text).toBe(200)
  const tokens = JSON.parse(text) as Tokens
  for (const token of [tokens.access_token, tokens.refresh_token, tokens.id_token]) remember(token)
  return tokens
}

async function expectInvalidGrant(response: Response): Promise<void> {
  const text = await response.text()
  expect(response.status, text).toBe(400)
  expect(JSON.parse(text).error).toBe("invalid_grant")
}

/** fetch rejects with a TypeError when the connection fails, and so does reading a body that is cut off. */
const isConnectionError = (error: unknown) =>
  error instanceof TypeError && /fetch failed|terminated/.test(error.message)
