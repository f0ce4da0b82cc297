import type { OperationName, Target, TokenFormat } from "../targets/target"
import { Connection } from "./connection"
import { drive } from "./drive"
import { buildGet, buildPost, buildRefresh, expectStatus, prepareFlow, readTokens, type Tokens } from "./requests"

/** What the workers of a measurement do: `steps` has one function for each connection, which makes one request of the table. */
type Work = {
  steps: (() => Promise<void>)[]
  /** Says that there is nothing left to do, when an operation uses something up. */
  isUsedUp?: () => boolean
  /** Checks afterwards what could not be seen of the answers. */
  check?: () => Promise<void>
}

/** How much is made before an operation is timed: so many live tokens to cycle, or as many to use up as so long makes. */
export type Amount = { tokens: number; prepareSeconds: number }

type Prepare = (target: Target, format: TokenFormat, connections: Connection[], amount: Amount) => Promise<Work>

/** How each operation is prepared. What is done in here is not timed. */
export const operations: Record<OperationName, Prepare> = {
  introspect,
  refresh,
  revoke,
  async flow(target, format, connections) {
    const flow = prepareFlow(target, format)
    return { steps: connections.map((connection) => async () => void (await flow(connection))) }
  },
  jwks: async (target, _format, connections) => getConstant(target, target.paths.jwks, '"keys"', connections),
  discovery: async (target, _format, connections) =>
    getConstant(target, target.paths.discovery, '"issuer"', connections),
}

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

/** Live tokens, and refresh tokens by connection, of each server and format. They live as long as the run. */
const pools = new Map<string, string[]>()

function poolOf(...key: string[]): string[] {
  const name = key.join(" ")
  const pool = pools.get(name) ?? []
  pools.set(name, pool)
  return pool
}

/** Gives introspection and refresh tokens to begin with. What they lack is made by code flows. */
export function seedTokens(target: Target, format: TokenFormat, tokens: Tokens[]): void {
  poolOf("introspect", target.name).push(...tokens.map(({ accessToken }) => accessToken))
  poolOf("refresh", target.name, format).push(...tokens.map(({ refreshToken }) => refreshToken))
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
      throw new Error(`${target.label}: a live token is not active: ${answer.status}\n${answer.body}`)
    }
  }
  return { steps: connections.map((connection) => () => step(connection)) }
}

const activeTrue = /"active": ?true/

async function refresh(
  target: Target,
  format: TokenFormat,
  connections: Connection[],
  { tokens }: Amount,
): Promise<Work> {
  const newest = poolOf("refresh", target.name, format)
  const flow = target.operations.includes("flow") ? prepareFlow(target, format) : null
  // Many, so that no server is measured with one authorization that has thousands of tokens.
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
      const answer = readTokens(target, await connection.send(buildRefresh(target, format, presented)))
      if (answer.refreshToken === presented) throw new Error(`${target.label}: the refresh token was not rotated`)
      if (answer.withIdToken) throw new Error(`${target.label}: a refresh issued an ID token, which others do not`)
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
  // One at least, however slow the machine is at this moment.
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
