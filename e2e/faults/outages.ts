import { spawnSync } from "node:child_process"
import { randomBytes } from "node:crypto"
import { mkdtempSync, rmSync, statfsSync, writeFileSync } from "node:fs"
import os from "node:os"
import path from "node:path"
import BetterSqlite3 from "better-sqlite3"
import pg from "pg"
import { query as queryUrl } from "@/lib/testing/query"
import { startRelay } from "@/lib/testing/relay"
import type { EmptyDatabase } from "../fixtures/empty-database"
import { testEnvironment } from "../fixtures/environment"

type Outage = {
  name: string
  /** Whether what only reads still works. */
  readsWork: boolean
  start(): Promise<unknown> | unknown
  end(): Promise<unknown> | unknown
}

/** A database whose outages a test can start and end. */
export type FragileDatabase = {
  database: Pick<EmptyDatabase, "databaseUrl" | "remove">
  /** The URL for the server. */
  serverUrl: string
  outages: Outage[]
  /** Delays each message; null where the database is a file. */
  slow: ((ms: number) => void) | null
  /** Why one of them is missing. */
  missing: string | null
}

const cannotMount = "The disk is not filled, because this process cannot mount a small file system."

/** A small file system in memory; null where this process may not mount one. */
function mountSmall(sizeMegabytes: number): { folder: string; fill(): void; clear(): void; remove(): void } | null {
  const folder = mkdtempSync(path.join(os.tmpdir(), "oauth-flow-small-"))
  const isMounted =
    process.platform === "linux" &&
    spawnSync("mount", ["-t", "tmpfs", "-o", `size=${sizeMegabytes}m`, "tmpfs", folder]).status === 0
  const remove = () => {
    if (isMounted) spawnSync("umount", [folder])
    rmSync(folder, { recursive: true, force: true })
  }
  if (!isMounted) {
    remove()
    return null
  }
  const filler = path.join(folder, "filler")
  return {
    folder,
    fill() {
      const { bavail, bsize } = statfsSync(folder)
      writeFileSync(filler, Buffer.alloc(bavail * bsize))
    },
    clear: () => rmSync(filler),
    remove,
  }
}

export function openFragileDatabase(): Promise<FragileDatabase> {
  return testEnvironment().provider === "sqlite" ? openFragileSqlite() : openFragilePostgres()
}

async function openFragileSqlite(): Promise<FragileDatabase> {
  const small = mountSmall(16)
  const folder = small?.folder ?? mkdtempSync(path.join(os.tmpdir(), "oauth-flow-fragile-"))
  const file = path.join(folder, "fragile.db")
  const databaseUrl = `file:${file}`
  let other: BetterSqlite3.Database | null = null
  const locked: Outage = {
    name: "locked by another process",
    readsWork: true,
    start() {
      other = new BetterSqlite3(file)
      other.exec("BEGIN IMMEDIATE")
    },
    end() {
      other?.exec("COMMIT")
      other?.close()
    },
  }
  const full: Outage = {
    name: "disk full",
    readsWork: true,
    async start() {
      // Otherwise the next writes would reuse the space of the log.
      await queryUrl(databaseUrl, "PRAGMA wal_checkpoint(TRUNCATE)")
      small?.fill()
    },
    end: () => small?.clear(),
  }
  const remove = async () => (small ? small.remove() : rmSync(folder, { recursive: true, force: true }))
  return {
    database: { databaseUrl, remove },
    serverUrl: databaseUrl,
    outages: small ? [locked, full] : [locked],
    slow: null,
    missing: small ? null : cannotMount,
  }
}

async function openFragilePostgres(): Promise<FragileDatabase> {
  const adminUrl = testEnvironment().databaseUrl
  const admin = (...statements: string[]) => queryUrl(adminUrl, ...statements)
  const name = `oauth_flow_fragile_${randomBytes(6).toString("hex")}`
  // Postgres does not limit the connections of a superuser.
  await admin(`CREATE ROLE "${name}" LOGIN PASSWORD 'password'`, `CREATE DATABASE "${name}" OWNER "${name}"`)
  const url = new URL(adminUrl)
  Object.assign(url, { pathname: `/${name}`, username: name, password: "password" })
  const databaseUrl = url.href
  const relay = await startRelay(databaseUrl)
  const endConnections = `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '${name}'`
  let other: pg.Client | null = null
  const outages: Outage[] = [
    { name: "stopped", readsWork: false, start: relay.cut, end: relay.resume },
    { name: "silent", readsWork: false, start: relay.silence, end: relay.resume },
    {
      name: "read-only",
      readsWork: true,
      start: () => admin(`ALTER DATABASE "${name}" SET default_transaction_read_only = on`, endConnections),
      end: () => admin(`ALTER DATABASE "${name}" RESET default_transaction_read_only`, endConnections),
    },
    {
      name: "out of connections",
      readsWork: false,
      start: () => admin(`ALTER ROLE "${name}" CONNECTION LIMIT 0`, endConnections),
      end: () => admin(`ALTER ROLE "${name}" CONNECTION LIMIT -1`),
    },
    {
      name: "locked by another transaction",
      readsWork: false,
      async start() {
        other = new pg.Client({ connectionString: databaseUrl })
        await other.connect()
        await other.query(`BEGIN; LOCK TABLE "Session" IN ACCESS EXCLUSIVE MODE`)
      },
      end: () => other?.end(),
    },
    {
      name: "disk full (its error, without a full disk)",
      readsWork: true,
      start: () =>
        queryUrl(
          databaseUrl,
          `CREATE FUNCTION fail() RETURNS trigger AS $$ BEGIN RAISE EXCEPTION USING ERRCODE = 'disk_full'; END $$ LANGUAGE plpgsql`,
          `CREATE TRIGGER fail BEFORE INSERT OR UPDATE ON "Session" FOR EACH STATEMENT EXECUTE FUNCTION fail()`,
        ),
      end: () => queryUrl(databaseUrl, `DROP FUNCTION fail CASCADE`),
    },
  ]
  return {
    database: {
      databaseUrl,
      async remove() {
        await relay.close()
        await admin(`DROP DATABASE "${name}" WITH (FORCE)`)
        await admin(`DROP ROLE "${name}"`)
      },
    },
    serverUrl: relay.url,
    outages,
    slow: relay.slow,
    missing: null,
  }
}
