import type { Socket } from "node:net"
import { setImmediate as nextTurn } from "node:timers/promises"
import type { SqlDriverAdapterFactory } from "@prisma/driver-adapter-utils"
import type BetterSqlite3 from "better-sqlite3"
import pg from "pg"
import { config } from "@/lib/config"
import { createOnce, perProcess } from "@/lib/per-process"
import { attempt } from "./attempt"
import { guardAdapter } from "./prisma-adapter"

// Every connection to the database is opened here, and has these settings.

// --- SQLite

/**
 * The server's own thread brings the log into the file (checkpoints.ts). Only a program without that thread, which
 * writes very much, reaches this many pages of 4 KiB.
 */
const autocheckpointPages = 100_000

/** The statements that every connection to an SQLite file begins with. */
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
 * @param busyTimeoutMs how long a statement blocks this thread while another process writes. A server uses 0, and waits
 * in `attempt`, which blocks nothing.
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

/** For all processes of a server together. Postgres allows a hundred connections unless told otherwise. */
const connectionsPerServer = 16

/** Milliseconds. One after the other they stay below the ten seconds in which every request is answered. */
const connectTimeoutMs = 3_000
const settingsTimeoutMs = 2_000
const statementTimeoutMs = 3_500
const silenceTimeoutMs = 4_000

/** After the database has not answered at all, calls fail immediately for so many milliseconds. */
const silencePauseMs = 1_000

/** What makes a connection independent of the settings of the server, the database and the role. 0 ms is no limit. */
const postgresSettings = (statementMs: number) =>
  `SET client_encoding TO 'UTF8'; SET DateStyle TO 'ISO'; SET TimeZone TO 'UTC'; SET standard_conforming_strings TO on;
   SET statement_timeout TO ${statementMs}; SET idle_in_transaction_session_timeout TO ${statementMs}`

/** The schema that DATABASE_URL names, as Prisma's users write it; null leaves it to the role and the database. */
export function schemaOf(databaseUrl: string): string | null {
  return new URLSearchParams(databaseUrl.split("?")[1]).get("schema")
}

function clientConfig(databaseUrl: string): pg.ClientConfig {
  const [address = "", query] = databaseUrl.split("?")
  const parameters = new URLSearchParams(query)
  const schema = parameters.get("schema")
  const connectSeconds = parameters.get("connect_timeout")
  const channelBinding = parameters.get("channel_binding") ?? "disable"
  for (const name of ["schema", "connect_timeout", "channel_binding"]) parameters.delete(name)
  // As an option of the connection itself: a pooler that would lose a later SET refuses this.
  if (schema) parameters.set("options", `${parameters.get("options") ?? ""} -c search_path="${schema}"`.trim())
  return {
    connectionString: parameters.size > 0 ? `${address}?${parameters}` : address,
    connectionTimeoutMillis: connectSeconds ? Number(connectSeconds) * 1000 : connectTimeoutMs,
    enableChannelBinding: channelBinding !== "disable",
    keepAlive: true,
  }
}

/** A connection of its own for work that may take long, such as a migration. */
export async function openPostgres(databaseUrl: string): Promise<pg.Client> {
  const client = new pg.Client(clientConfig(databaseUrl))
  await client.connect()
  // A connection that is lost fails its query; without a listener the process would end.
  client.on("error", () => undefined)
  await applySettings(client, 0)
  return client
}

const socketOf = (client: pg.ClientBase) => (client as unknown as { connection: { stream: Socket } }).connection.stream

/** @param onSilence called when the database stops answering on this connection while its socket has a time limit */
async function applySettings(client: pg.ClientBase, statementMs: number, onSilence?: () => void): Promise<void> {
  const socket = socketOf(client)
  socket.on("timeout", async () => {
    const { bytesRead } = socket
    // Timers run before sockets are read: after a blocked event loop the answer may still be waiting there.
    await nextTurn()
    await nextTurn()
    // What was read has started the time limit again.
    if (socket.bytesRead !== bytesRead) return
    onSilence?.()
    socket.destroy(new Error("The database does not answer."))
  })
  socket.setTimeout(settingsTimeoutMs)
  await client.query(postgresSettings(statementMs))
  socket.setTimeout(0)
}

/** A pool that cuts a connection on which the database has stopped answering, and then gives it a moment. */
class ConnectionPool extends pg.Pool {
  private silentUntil = 0

  constructor(databaseUrl: string, max: number, patient: boolean) {
    const [statementMs, silenceMs] = patient ? [0, 0] : [statementTimeoutMs, silenceTimeoutMs]
    super({
      ...clientConfig(databaseUrl),
      max,
      onConnect: (client) => applySettings(client, statementMs, () => this.noteSilence()),
    })
    this.on("acquire", (client) => socketOf(client).setTimeout(silenceMs))
    this.on("release", (error, client) => {
      socketOf(client).setTimeout(0)
      if (!error) this.silentUntil = 0
    })
    // An idle connection that the database ends is not an error: the pool opens the next one.
    this.on("error", () => undefined)
    // A connection that is lost fails its query. Between two queries of a request nothing listens, and the process would end.
    this.on("connect", (client) => client.on("error", () => undefined))
  }

  private noteSilence(): void {
    this.silentUntil = Date.now() + silencePauseMs
  }

  // biome-ignore lint/suspicious/noExplicitAny: the overloads of pg, of which the pool itself uses the one with a callback
  override connect(callback?: any): any {
    const refused = this.idleCount === 0 && Date.now() < this.silentUntil
    const connected = refused ? Promise.reject(new Error("silent")) : super.connect()
    const result = connected.catch((error: Error) => {
      if (error.message === "Connection terminated due to connection timeout") this.noteSilence()
      throw error
    })
    if (!callback) return result
    result.then((client) => callback(undefined, client, client.release), callback)
  }
}

const pool = perProcess<pg.Pool>("postgres pool")
const patience = perProcess<boolean>("slow statements")

/** Lets statements of this process take as long as they need: for commands, before the first connection. */
export function allowSlowStatements(): void {
  patience.value = true
}

/** This process's connections to Postgres, for Prisma, the prepared statements and the rate limiter. */
export function postgresPool(): pg.Pool {
  const { databaseUrl, PROCESSES } = config()
  const max = Math.max(3, Math.ceil(connectionsPerServer / PROCESSES))
  pool.value ??= new ConnectionPool(databaseUrl, max, patience.value ?? false)
  return pool.value
}

// --- Both

/** What Prisma connects with. It sees the same settings, retries and errors as the prepared statements. */
export async function prismaAdapter(): Promise<SqlDriverAdapterFactory> {
  const { databaseUrl, databaseProvider } = config()
  if (databaseProvider === "sqlite") {
    const { PrismaBetterSqlite3 } = await import("@prisma/adapter-better-sqlite3")
    const factory = new PrismaBetterSqlite3({ url: databaseUrl, timeout: 0 }, { timestampFormat: "unixepoch-ms" })
    return guardAdapter(factory, sqlitePragmas())
  }
  const { PrismaPg } = await import("@prisma/adapter-pg")
  const { rows } = await attempt("read", () => postgresPool().query("SELECT current_schema() AS schema"))
  // Prisma names the schema of each table, and would name "public".
  return guardAdapter(new PrismaPg(postgresPool(), { schema: rows[0]?.schema ?? "public" }))
}

/** Ends this process's connections. */
export async function closeConnections(): Promise<void> {
  const [openSqlite, openPool] = [sqlite.value, pool.value]
  sqlite.value = undefined
  pool.value = undefined
  const db = await openSqlite?.catch(() => undefined)
  db?.close()
  await openPool?.end()
}
