import { afterEach, beforeEach, describe, expect, test } from "vitest"
import { describeProblem } from "@/lib/operator-errors"
import { generateId } from "@/lib/protocol/random"
import { createEmptyDatabase, type TestDatabase, testProviders } from "@/lib/testing/database"
import { findFreePort } from "@/lib/testing/free-port"
import { root } from "@/lib/testing/packages"
import { query } from "@/lib/testing/query"
import { startRelay } from "@/lib/testing/relay"
import { storeClient, storeStartedSession, storeUser } from "@/lib/testing/rows"
import { applySettings, forgetProcessState } from "@/lib/testing/settings"
import { findClient } from "./clients"
import { allowSlowStatements, openSqlite, postgresPool } from "./connections"
import { closeDatabase, database } from "./database"
import { migrate } from "./migrate"
import { findSession } from "./sessions"
import { countSignInAttempt } from "./sign-in-limits"
import { listRows } from "./statement"

let opened: TestDatabase
beforeEach(async () => {
  opened = await createEmptyDatabase(testProviders.includes("postgres") ? "postgres" : "sqlite")
})
afterEach(async () => {
  await closeDatabase()
  forgetProcessState()
  await opened.drop()
})

/** Migrates, and uses every access path to the database. */
async function useEverything(url: string): Promise<void> {
  await migrate(applySettings({ DATABASE_URL: url }), root)
  expect(await migrate(applySettings({ DATABASE_URL: url }), root)).toEqual([])
  const { clientId, createdAt } = await storeClient()
  expect((await findClient(clientId))?.createdAt).toEqual(createdAt)
  const session = await storeStartedSession()
  const found = await findSession(session.id)
  const db = await database()
  expect(await db.session.findUnique({ where: { id: session.id } })).toMatchObject({
    startedAt: found?.startedAt,
    expiresAt: found?.expiresAt,
  })
  expect(Math.abs(Number(found?.createdAt) - Date.now())).toBeLessThan(1_800_000)
  expect(await countSignInAttempt("address", "192.0.2.1")).toEqual({ attempts: 1, waitSeconds: 0 })
  expect(await db.signInLimit.count()).toBe(1)
}

const withParameters = (parameters: Record<string, string>) => {
  const url = new URL(opened.url)
  url.search = new URLSearchParams(parameters).toString()
  return url.href
}
/** The schemas with tables of OAuth Flow. */
const usedSchemas = async () => {
  const tables = await query(
    opened.url,
    `SELECT DISTINCT schemaname FROM pg_tables WHERE tablename IN ('User', '_migration')`,
  )
  return tables.map(({ schemaname }) => schemaname)
}

describe.runIf(testProviders.includes("postgres"))("on Postgres, every access path to the database uses", () => {
  test.each(["sign_in", "SignIn"])("the schema of ?schema=%s, which the migrations create", async (schema) => {
    await useEverything(withParameters({ schema }))
    expect(await usedSchemas()).toEqual([schema])
  })

  test("the schema of ?options=-c search_path=x", async () => {
    await query(opened.url, "CREATE SCHEMA sign_in")
    await useEverything(withParameters({ options: "-c search_path=sign_in" }))
    expect(await usedSchemas()).toEqual(["sign_in"])
  })

  test("the schema of the role, beside another program's tables of the same names", async () => {
    const role = `role_${generateId().replace(/\W/g, "").toLowerCase()}`
    await query(
      opened.url,
      `CREATE TABLE "Client" ("other" INT)`,
      `CREATE ROLE "${role}" LOGIN PASSWORD 'password'`,
      `CREATE SCHEMA own AUTHORIZATION "${role}"`,
      `ALTER ROLE "${role}" SET search_path = own`,
    )
    const url = new URL(opened.url)
    Object.assign(url, { username: role, password: "password" })
    await useEverything(url.href)
    expect(await usedSchemas()).toEqual(["own"])
    await closeDatabase()
    await query(opened.url, `DROP OWNED BY "${role}" CASCADE`, `DROP ROLE "${role}"`)
  })

  test("its own dates, encoding and strings, whatever the database or the URL sets", async () => {
    const name = new URL(opened.url).pathname.slice(1)
    const settings = { DateStyle: "SQL, DMY", TimeZone: "Asia/Kathmandu", standard_conforming_strings: "off" }
    for (const [setting, value] of Object.entries(settings)) {
      await query(opened.url, `ALTER DATABASE "${name}" SET ${setting} = '${value}'`)
    }
    await useEverything(withParameters({ options: "-c DateStyle=German -c client_encoding=LATIN1" }))
    const { id } = await storeUser({ name: "\u00dcn\u0131 \\ \u{1f600}" })
    expect(await listRows(`SELECT "name" FROM "User" WHERE "id" = ?`, [id])).toEqual([["\u00dcn\u0131 \\ \u{1f600}"]])
  })

  test.each([
    ["repeatable read", "serializable"],
    ["serializable", "serializable"],
    ["read committed", "read committed"],
  ])("where transactions are %s by default, %s", async (isolation, expected) => {
    const name = new URL(opened.url).pathname.slice(1)
    await query(opened.url, `ALTER DATABASE "${name}" SET default_transaction_isolation = '${isolation}'`)
    await useEverything(opened.url)
    expect(await listRows(`SELECT current_setting('transaction_isolation')`, [])).toEqual([[expected]])
  })

  test("connect_timeout and channel_binding of the URL", async () => {
    const url = withParameters({ connect_timeout: "6", channel_binding: "require" })
    await useEverything(url)
    expect(postgresPool().options).toMatchObject({ connectionTimeoutMillis: 6_000, enableChannelBinding: true })
    await closeDatabase()
    applySettings({ DATABASE_URL: withParameters({ channel_binding: "disable" }) })
    expect(postgresPool().options).toMatchObject({ connectionTimeoutMillis: 3_000, enableChannelBinding: false })
  })

  test.each(["first", "last"])("the %s of two hosts, where the other one does not answer", async (place) => {
    const { host } = new URL(opened.url)
    const closed = `127.0.0.1:${await findFreePort()}`
    const hosts = place === "first" ? `${host},${closed}` : `${closed},${host}`
    await useEverything(`${opened.url.replace(host, hosts)}?target_session_attrs=read-write`)
  })

  test("none of several hosts that are all read-only", async () => {
    const url = new URL(opened.url)
    await query(opened.url, `ALTER DATABASE "${url.pathname.slice(1)}" SET default_transaction_read_only = on`)
    const several = opened.url.replace(url.host, `${url.host},localhost:${url.port}`)
    await expect(migrate(applySettings({ DATABASE_URL: several }), root)).rejects.toMatchObject({ code: "25006" })
    await expect(listRows("SELECT 1", [])).rejects.toMatchObject({ driverCode: "25006" })
    // With one host, what only reads goes on.
    await closeDatabase()
    applySettings({ DATABASE_URL: opened.url })
    expect(await listRows("SELECT 1", [])).toHaveLength(1)
  })

  test("a time limit for each statement, except in commands", async () => {
    const limit = async () => (await listRows("SHOW statement_timeout", []))[0]?.[0]
    applySettings({ DATABASE_URL: opened.url })
    expect(await limit()).toBe("3500ms")
    await closeDatabase()
    allowSlowStatements()
    expect(await limit()).toBe("0")
  })
})

describe.runIf(testProviders.includes("postgres"))("on Postgres, a start fails with one line", () => {
  const problemOf = async (url: string): Promise<string | null> => {
    const settings = applySettings({ DATABASE_URL: url })
    return migrate(settings, root).then(
      () => "it started",
      (error) => describeProblem(error),
    )
  }

  test("when the folder of the socket does not exist", async () => {
    const problem = await problemOf("postgres:///login?host=/no/such/folder&user=ada")
    expect(problem).toBe(
      "Cannot reach the database at /no/such/folder:5432: the socket does not exist. Start it, or fix DATABASE_URL.",
    )
  })

  test("when no schema of the search_path exists", async () => {
    expect(await problemOf(withParameters({ options: "-c search_path=nowhere" }))).toMatch(
      /^No schema in the search_path of the user \w+ exists .*\?schema=\.$/,
    )
  })

  test("when the server requires another sslmode", async () => {
    expect(await problemOf(withParameters({ sslmode: "verify-full" }))).toMatch(
      /does not accept the TLS settings in DATABASE_URL\. Fix sslmode\./,
    )
  })

  test("when a certificate's file does not exist", async () => {
    expect(await problemOf(withParameters({ sslmode: "verify-full", sslrootcert: "/no/such.pem" }))).toMatch(
      /^The file \/no\/such\.pem for sslrootcert, sslcert or sslkey in DATABASE_URL cannot be read \(ENOENT\)\./,
    )
  })

  test("when the server accepts the connection and does not answer", async () => {
    const relay = await startRelay(opened.url)
    relay.silence()
    expect(await problemOf(relay.url)).toMatch(/Cannot reach .*: it did not answer in time/)
    await relay.close()
  })
})

test("every connection to an SQLite file has the same settings", async () => {
  const database = await createEmptyDatabase("sqlite")
  applySettings({ DATABASE_URL: database.url, SQLITE_SYNCHRONOUS: "FULL" })
  const db = await openSqlite(database.url)
  const values = ["foreign_keys", "synchronous", "busy_timeout"].map((name) => db.pragma(name, { simple: true }))
  expect(values).toEqual([1, 2, 0])
  db.close()
  await database.drop()
})
