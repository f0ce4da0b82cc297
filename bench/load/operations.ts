import type { OperationName, Target, TokenFormat } from "../targets/target"
import { type Caller, dpopCaller, keyCaller, secretCaller } from "./callers"
import { Connection } from "./connection"
import { drive } from "./drive"
import { buildGet, buildPost, buildRefresh, expectStatus, prepareFlow, readTokens, type Tokens } from "./requests"

/** The work of a measurement. `steps` has one function per connection, which sends one request. */
type Work = {
  steps: (() => Promise<void>)[]
  /** For operations that use tokens up: whether none is left. */
  isUsedUp?: () => boolean
  /** Checks afterwards what the responses do not show. */
  check?: () => Promise<void>
}

/**
 * What is created before the timing starts: a number of valid tokens to cycle through, seconds for tokens to use up, or
 * proofs for the seconds of the measurement.
 */
export type Amount = { tokens: number; prepareSeconds: number; seconds: number }

type Prepare = (target: Target, format: TokenFormat, connections: Connection[], amount: Amount) => Promise<Work>

/** Prepares each operation. This part is not timed. */
export const operations: Record<OperationName, Prepare> = {
  introspect,
  refresh: (target, ...rest) => refresh(target, secretCaller(target), ...rest),
  "refresh-dpop": (target, format, connections, amount) =>
    refresh(target, dpopCaller(target, proofsFor(amount)), format, connections, amount),
  "refresh-private-key-jwt": (target, format, connections, amount) =>
    refresh(target, keyCaller(target, proofsFor(amount)), format, connections, amount),
  revoke,
  async flow(target, format, connections) {
    const flow = prepareFlow(target, format)
    return { steps: connections.map((connection) => async () => void (await flow(connection))) }
  },
  jwks: async (target, _format, connections) => getConstant(target, target.paths.jwks, '"keys"', connections),
  discovery: async (target, _format, connections) =>
    getConstant(target, target.paths.discovery, '"issuer"', connections),
}

/** More than any server handles, so that nothing is signed while the time runs. */
const proofsFor = ({ tokens, seconds }: Amount) => Math.ceil(tokens + seconds * 8_000)

function getConstant(target: Target, path: string, expected: string, connections: Connection[]): Work {
  const request = buildGet(target, path)
  const step = async (connection: Connection) => {
    const answer = await connection.send(request)
    if (answer.status !== 200 || !answer.body.includes(expected)) {
      throw new Error(`${target.label}: ${path} answered ${answer.status}\n${answer.body}`)
    }
  }
  return { steps: connections.map((connection) => () => step(connection)) }
}

/** Valid access tokens and refresh tokens for each server and format, kept for the whole run. */
const pools = new Map<string, string[]>()

function poolOf(...key: string[]): string[] {
  const name = key.join(" ")
  const pool = pools.get(name) ?? []
  pools.set(name, pool)
  return pool
}

/** Adds tokens for introspection and refresh. Code flows create the missing ones. */
export function seedTokens(target: Target, format: TokenFormat, tokens: Tokens[]): void {
  poolOf("introspect", target.name).push(...tokens.map(({ accessToken }) => accessToken))
  poolOf("refresh", target.name, format, "client_secret_basic").push(...tokens.map(({ refreshToken }) => refreshToken))
}

async function introspect(
  target: Target,
  format: TokenFormat,
  connections: Connection[],
  amount: Amount,
): Promise<Work> {
  const tokens = poolOf("introspect", target.name)
  const flow = target.operations.includes("flow") ? prepareFlow(target, format) : null
  while (tokens.length < amount.tokens) {
    const [connection] = connections as [Connection]
    tokens.push(flow ? (await flow(connection)).accessToken : `token-${tokens.length}`)
  }
  const requests = tokens.map((token) => buildPost(target, target.paths.introspect, `token=${token}`))
  let turn = 0
  const step = async (connection: Connection) => {
    const answer = await connection.send(requests[turn++ % requests.length] as Buffer)
    if (answer.status !== 200 || !activeTrue.test(answer.body)) {
      throw new Error(`${target.label}: a valid token is not active: ${answer.status}\n${answer.body}`)
    }
  }
  return { steps: connections.map((connection) => () => step(connection)) }
}

const activeTrue = /"active": ?true/

async function refresh(
  target: Target,
  caller: Caller,
  format: TokenFormat,
  connections: Connection[],
  { tokens }: Amount,
): Promise<Work> {
  const newest = poolOf("refresh", target.name, format, caller.name)
  const flow = target.operations.includes("flow") ? prepareFlow(target, format, caller) : null
  // Many authorizations, so that no server has one with thousands of tokens.
  const each = Math.ceil(tokens / connections.length)
  while (newest.length < each * connections.length) {
    const [connection] = connections as [Connection]
    newest.push(flow ? (await flow(connection)).refreshToken : "floor")
  }
  const step = (connection: Connection, own: number) => {
    let turn = 0
    return async () => {
      const index = own * each + (turn++ % each)
      const presented = newest[index] as string
      const answer = readTokens(target, await connection.send(buildRefresh(target, format, presented, caller)))
      if (answer.isBound !== (caller.name === "dpop")) throw new Error(`${target.label}: the wrong token type`)
      if (answer.refreshToken === presented) throw new Error(`${target.label}: the refresh token was not rotated`)
      if (answer.withIdToken)
        throw new Error(`${target.label}: the refresh issued an ID token; the other servers issue none`)
      newest[index] = answer.refreshToken
    }
  }
  return { steps: connections.map(step) }
}

async function revoke(
  target: Target,
  format: TokenFormat,
  connections: Connection[],
  { prepareSeconds }: Amount,
): Promise<Work> {
  const requests: { token: string; bytes: Buffer }[] = []
  const flow = prepareFlow(target, format)
  const makers = await Promise.all(Array.from({ length: 16 }, () => Connection.open(target.port)))
  const make = (connection: Connection) => async () => {
    const { accessToken: token } = await flow(connection)
    requests.push({ token, bytes: buildPost(target, target.paths.revoke, `token=${token}`) })
  }
  const end = performance.now() + prepareSeconds * 1000
  // At least one, even on a slow machine.
  await drive(makers.map(make), (now) => now < end || requests.length === 0)
  for (const maker of makers) maker.close()

  const last = requests[requests.length - 1] as { token: string }
  const step = async (connection: Connection) => {
    const next = requests.pop()
    // Another connection took the last one.
    if (next) expectStatus(target, await connection.send(next.bytes), 200)
  }
  return {
    steps: connections.map((connection) => () => step(connection)),
    isUsedUp: () => requests.length === 0,
    async check() {
      const [connection] = connections as [Connection]
      const answer = await connection.send(buildPost(target, target.paths.introspect, `token=${last.token}`))
      if (activeTrue.test(answer.body)) throw new Error(`${target.label}: a revoked token is active`)
    },
  }
}
