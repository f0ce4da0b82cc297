import type { Socket } from "node:net"
import { setImmediate as nextTurn } from "node:timers/promises"
import type { SqlDriverAdapterFactory } from "@prisma/driver-adapter-utils"
import type BetterSqlite3 from "better-sqlite3"
import pg from "pg"
import { compareClock } from "@/lib/clock"
import { config } from "@/lib/config"
import { hostUrlsOf } from "@/lib/database-url"
import { createOnce, perProcess } from "@/lib/per-process"
import { attempt } from "./attempt"
import { guardAdapter } from "./prisma-adapter"
import { areStatementsNamed } from "./statement-names"

// All connections to the database are opened here, with the same settings.

// --- SQLite

/**
 * In 4 KiB pages. The server's checkpoint thread keeps the log below it (checkpoints.ts). Only a program without that
 * thread can reach it, with very many writes.
 */
const autocheckpointPages = 100_000

/** The settings of every connection to an SQLite file. */
function sqlitePragmas(): string[] {
  return [
    "foreign_keys = ON",
    `synchronous = ${config().SQLITE_SYNCHRONOUS}`,
    `wal_autocheckpoint = ${autocheckpointPages}`,
  ]
}

export const sqliteFile = (databaseUrl: string) => databaseUrl.slice("file:".length)

/**
 * Opens an SQLite file.
 * @param busyTimeoutMs how long a statement blocks this thread while another process writes. A server uses 0 and waits in
 * `attempt` without blocking.
 */
export async function openSqlite(databaseUrl: string, busyTimeoutMs = 0): Promise<BetterSqlite3.Database> {
  const { default: Database } = await import("better-sqlite3")
  const db = new Database(sqliteFile(databaseUrl), { timeout: busyTimeoutMs })
  for (const pragma of sqlitePragmas()) db.pragma(pragma)
  return db
}

const sqlite = perProcess<Promise<BetterSqlite3.Database>>("sqlite connection")

/** This process's connection to the SQLite file, for the prepared statements and the rate limiter. */
export function sqliteConnection(): Promise<BetterSqlite3.Database> {
  return createOnce(sqlite, () => attempt("read", () => openSqlite(config().databaseUrl)))
}

// --- Postgres

/** For all processes of a server together. By default Postgres allows 100 connections. */
const connectionsPerServer = 16

/** Time limits in milliseconds. Their sum is below the ten seconds in which every request must be answered. */
const connectTimeoutMs = 3_000
const settingsTimeoutMs = 2_000
const statementTimeoutMs = 3_500
const silenceTimeoutMs = 4_000

/** A new connection compares the clocks again. */
const maxLifetimeSeconds = 600

/** How long calls fail immediately after the database did not answer, in milliseconds. */
const silencePauseMs = 1_000

/**
 * Makes a connection independent of the settings of the server, the database and the role. 0 ms is no limit. Transactions are
 * READ COMMITTED or SERIALIZABLE: with REPEATABLE READ, a sign-out that waits for a code being stored would not see it.
 */
const postgresSettings = (statementMs: number) =>
  `SET client_encoding TO 'UTF8'; SET DateStyle TO 'ISO'; SET TimeZone TO 'UTC'; SET standard_conforming_strings TO on;
   SET statement_timeout TO ${statementMs}; SET idle_in_transaction_session_timeout TO ${statementMs};
   SELECT set_config('default_transaction_isolation', 'serializable', false)
     WHERE current_setting('default_transaction_isolation') = 'repeatable read'`

const selectState = `SELECT extract(epoch FROM clock_timestamp()) * 1000 AS ms, current_setting('transaction_read_only') AS "readOnly"`

/** The value of ?schema= in DATABASE_URL; null uses the search_path of the role and the database. */
export function schemaOf(databaseUrl: string): string | null {
  return new URLSearchParams(databaseUrl.split("?")[1]).get("schema")
}

/** @param hostUrl a Postgres URL with one host */
function clientConfig(hostUrl: string): pg.ClientConfig {
  const [address = "", query] = hostUrl.split("?")
  const parameters = new URLSearchParams(query)
  const schema = parameters.get("schema")
  const connectSeconds = parameters.get("connect_timeout")
  const channelBinding = parameters.get("channel_binding") ?? "disable"
  for (const name of ["schema", "connect_timeout", "channel_binding", "target_session_attrs"]) parameters.delete(name)
  // As a start-up option, because a pooler could lose a later SET.
  if (schema) parameters.set("options", `${parameters.get("options") ?? ""} -c search_path="${schema}"`.trim())
  return {
    connectionString: parameters.size > 0 ? `${address}?${parameters}` : address,
    connectionTimeoutMillis: connectSeconds ? Number(connectSeconds) * 1000 : connectTimeoutMs,
    enableChannelBinding: channelBinding !== "disable",
    keepAlive: true,
  }
}

/** One of several servers is a replica, or a primary that accepts no writes. Its `code` is that of Postgres. */
class ReadOnlyServerError extends Error {
  override name = "ReadOnlyServerError"
  readonly code = "25006"
}

/** Opens a separate connection to the primary without time limits, for example for a migration. */
export async function openPostgres(databaseUrl: string): Promise<pg.Client> {
  const urls = hostUrlsOf(databaseUrl)
  for (const [i, url] of urls.entries()) {
    const client = new pg.Client(clientConfig(url))
    // A lost connection fails its query. Without a listener it would also end the process.
    client.on("error", () => undefined)
    try {
      await client.connect()
      await applySettings(client, 0, { mustWrite: urls.length > 1 })
      return client
    } catch (error) {
      await client.end()
      if (i === urls.length - 1) throw error
    }
  }
  throw new TypeError("DATABASE_URL has no host.")
}

const socketOf = (client: pg.ClientBase) => (client as unknown as { connection: { stream: Socket } }).connection.stream

/**
 * @param options.mustWrite rejects a server that is read-only, because another one is the primary
 * @param options.onSilence called when the database does not answer within the time limit of the socket
 */
async function applySettings(
  client: pg.ClientBase,
  statementMs: number,
  { mustWrite, onSilence }: { mustWrite: boolean; onSilence?: () => void },
): Promise<void> {
  const socket = socketOf(client)
  socket.on("timeout", async () => {
    const { bytesRead } = socket
    // Timers run before sockets are read, so after a blocked event loop the answer may still be unread.
    await nextTurn()
    await nextTurn()
    // Reading has restarted the time limit.
    if (socket.bytesRead !== bytesRead) return
    onSilence?.()
    socket.destroy(new Error("The database does not answer."))
  })
  socket.setTimeout(settingsTimeoutMs)
  const from = Date.now()
  const results = await client.query(`${postgresSettings(statementMs)}; ${selectState}`)
  socket.setTimeout(0)
  // Several statements have several results.
  const state = (results as unknown as pg.QueryResult<{ ms: string; readOnly: string }>[]).at(-1)?.rows[0]
  if (mustWrite && state?.readOnly !== "off") throw new ReadOnlyServerError("The server is read-only.")
  compareClock(Number(state?.ms), from, Date.now())
}

// biome-ignore lint/suspicious/noExplicitAny: a text, a query of pg, or an object with its settings
const withoutName = (statement: any) => (statement?.name === undefined ? statement : { ...statement, name: undefined })

/** The servers of DATABASE_URL, and the one that was the primary at the last connection. */
type Servers = { configs: pg.ClientConfig[]; current: number }

/**
 * A pool that closes connections on which the database does not answer, and then fails calls for a moment. With several
 * hosts, new connections go to the one that accepts writes: after a failover that is another one.
 */
class ConnectionPool extends pg.Pool {
  private silentUntil = 0
  private readonly servers: Servers

  constructor(databaseUrl: string, max: number, allowSlow: boolean) {
    const [statementMs, silenceMs] = allowSlow ? [0, 0] : [statementTimeoutMs, silenceTimeoutMs]
    const servers: Servers = { configs: hostUrlsOf(databaseUrl).map(clientConfig), current: 0 }
    const mustWrite = servers.configs.length > 1
    super({
      ...servers.configs[0],
      max,
      maxLifetimeSeconds,
      Client: class extends pg.Client {
        constructor() {
          super(servers.configs[servers.current])
        }

        // biome-ignore lint/suspicious/noExplicitAny: pg has several overloads, and its pool calls the one with a callback
        override query(statement: any, values?: any, callback?: any): any {
          return super.query(areStatementsNamed() ? statement : withoutName(statement), values, callback)
        }
      },
      onConnect: (client) => applySettings(client, statementMs, { mustWrite, onSilence: () => this.noteSilence() }),
    })
    this.servers = servers
    this.on("acquire", (client) => socketOf(client).setTimeout(silenceMs))
    this.on("release", (error, client) => {
      socketOf(client).setTimeout(0)
      if (!error) this.silentUntil = 0
    })
    // The database may close idle connections: the pool opens new ones.
    this.on("error", () => undefined)
    // Between two queries of a request, a lost connection without a listener would end the process.
    this.on("connect", (client) => client.on("error", () => undefined))
  }

  private noteSilence(): void {
    this.silentUntil = Date.now() + silencePauseMs
  }

  /** Tries each server once, the current one first. */
  private connectToPrimary(attempts = this.servers.configs.length): Promise<pg.PoolClient> {
    const { configs, current } = this.servers
    const connected = super.connect()
    if (attempts === 1) return connected
    return connected.catch((error: Error) => {
      if (isPoolTimeout(error)) throw error
      // Another call may have moved on already.
      if (this.servers.current === current) this.servers.current = (current + 1) % configs.length
      return this.connectToPrimary(attempts - 1)
    })
  }

  // biome-ignore lint/suspicious/noExplicitAny: pg has several overloads, and its pool calls the one with a callback
  override connect(callback?: any): any {
    const refused = this.idleCount === 0 && Date.now() < this.silentUntil
    const connected = refused ? Promise.reject(new Error("silent")) : this.connectToPrimary()
    const result = connected.catch((error: Error) => {
      if (error.message === "Connection terminated due to connection timeout") this.noteSilence()
      throw error
    })
    if (!callback) return result
    result.then((client) => callback(undefined, client, client.release), callback)
  }
}

/** All connections stayed busy. The server is not at fault. */
const isPoolTimeout = (error: Error) => error.message === "timeout exceeded when trying to connect"

const pool = perProcess<pg.Pool>("postgres pool")
const slowStatementsAllowed = perProcess<boolean>("slow statements")

/** Removes the time limit for statements of this process. Commands call it before the first connection. */
export function allowSlowStatements(): void {
  slowStatementsAllowed.value = true
}

/** This process's connections to Postgres, for Prisma, the prepared statements and the rate limiter. */
export function postgresPool(): pg.Pool {
  const { databaseUrl, PROCESSES } = config()
  const max = Math.max(3, Math.ceil(connectionsPerServer / PROCESSES))
  pool.value ??= new ConnectionPool(databaseUrl, max, slowStatementsAllowed.value ?? false)
  return pool.value
}

/** This process's connections to Postgres by state; all 0 without any. */
export const countPoolConnections = () => ({
  busy: (pool.value?.totalCount ?? 0) - (pool.value?.idleCount ?? 0),
  idle: pool.value?.idleCount ?? 0,
  waiting: pool.value?.waitingCount ?? 0,
})

// --- Both

/** The adapter for Prisma, with the same settings, retries and errors as the prepared statements. */
export async function prismaAdapter(): Promise<SqlDriverAdapterFactory> {
  const { databaseUrl, databaseProvider } = config()
  if (databaseProvider === "sqlite") {
    const { PrismaBetterSqlite3 } = await import("@prisma/adapter-better-sqlite3")
    const factory = new PrismaBetterSqlite3({ url: databaseUrl, timeout: 0 }, { timestampFormat: "unixepoch-ms" })
    return guardAdapter(factory, sqlitePragmas())
  }
  const { PrismaPg } = await import("@prisma/adapter-pg")
  const { rows } = await attempt("read", () => postgresPool().query("SELECT current_schema() AS schema"))
  // Prisma puts a schema before each table, by default "public".
  return guardAdapter(new PrismaPg(postgresPool(), { schema: rows[0]?.schema ?? "public" }))
}

/** Closes this process's connections. */
export async function closeConnections(): Promise<void> {
  const [openSqlite, openPool] = [sqlite.value, pool.value]
  sqlite.value = undefined
  pool.value = undefined
  const db = await openSqlite?.catch(() => undefined)
  db?.close()
  await openPool?.end()
}
