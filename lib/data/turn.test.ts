import { setImmediate as nextTurn } from "node:timers/promises"
import Database from "better-sqlite3"
import { afterEach, beforeEach, describe, expect, test } from "vitest"
import { config } from "@/lib/config"
import { describeOnEachDatabase, openTestDatabase, type TestDatabase } from "@/lib/testing/database"
import { storeClient, storeStartedSession, storeUser } from "@/lib/testing/rows"
import { inMinutes } from "@/lib/testing/times"
import { type Client, deleteClient, findClient, updateClient } from "./clients"
import { postgresPool, sqliteConnection, sqliteFile } from "./connections"
import { closeDatabase, database } from "./database"
import { findSession, revokeSession } from "./sessions"
import { countSignInAttempt } from "./sign-in-limits"
import { changeRows } from "./statement"
import { endTurn, startTurn } from "./turn"

const rename = (client: Client, clientName: string) => updateClient(client.clientId, () => ({ clientName }), {})

/** Whether two reads were one. Both are awaited, so that none fails when the database is closed. */
async function areShared(...reads: (Promise<unknown> | undefined)[]): Promise<boolean> {
  await Promise.all(reads)
  return reads[0] === reads[1]
}

/** Prisma connects with its first query, which takes several turns. */
async function connectPrisma(): Promise<void> {
  await (await database()).client.count()
}

/** Blocks the event loop for longer than reads are shared. */
function block(): void {
  const until = performance.now() + 2
  while (performance.now() < until);
}

describeOnEachDatabase("in a turn of the event loop", (provider) => {
  afterEach(endTurn)

  test("a client is read once, and again in the next turn", async () => {
    const { clientId } = await storeClient()
    startTurn()
    const first = findClient(clientId)
    expect(await areShared(first, findClient(clientId))).toBe(true)
    expect(await first).toMatchObject({ clientId })
    await nextTurn()
    startTurn()
    expect(await areShared(first, findClient(clientId))).toBe(false)
  })

  test("that lasts longer, a client is read again", async () => {
    const { clientId } = await storeClient()
    startTurn()
    const first = findClient(clientId)
    block()
    startTurn()
    expect(await areShared(first, findClient(clientId))).toBe(false)
  })

  test("each client is another one", async () => {
    const [one, two] = [await storeClient(), await storeClient()]
    startTurn()
    expect(await Promise.all([one, two].map(({ clientId }) => findClient(clientId)))).toEqual([one, two])
  })

  test("that has not started, nothing is shared", async () => {
    const { clientId } = await storeClient()
    expect(await areShared(findClient(clientId), findClient(clientId))).toBe(false)
  })

  test("what this process has written is read", async () => {
    const client = await storeClient()
    startTurn()
    await findClient(client.clientId)
    await rename(client, "Another name")
    expect(await findClient(client.clientId)).toMatchObject({ clientName: "Another name" })
    startTurn()
    await findClient(client.clientId)
    await deleteClient(client.clientId, {})
    expect(await findClient(client.clientId)).toBeNull()
  })

  const onPostgres = provider === "postgres" ? test : null
  onPostgres?.each([
    [
      "a write",
      (client: Client) => changeRows(`UPDATE "Client" SET "clientName" = 'n' WHERE "clientId" = ?`, [client.clientId]),
    ],
    ["writes together", (client: Client) => deleteClient(client.clientId, {})],
    ["Prisma's write", async ({ clientId }: Client) => (await database()).client.delete({ where: { clientId } })],
  ])("what was read before %s was answered is read again", async (_, write) => {
    const client = await storeClient()
    await connectPrisma()
    let earlier: Promise<unknown> | undefined
    postgresPool().once("release", () => {
      startTurn()
      earlier = findClient(client.clientId)
    })
    await write(client)
    expect(earlier).toBeDefined()
    expect(await areShared(earlier, findClient(client.clientId))).toBe(false)
  })
})

describe("on SQLite, in a turn of the event loop", () => {
  let opened: TestDatabase
  let other: Database.Database
  let session: Awaited<ReturnType<typeof storeStartedSession>>
  beforeEach(async () => {
    opened = await openTestDatabase("sqlite")
    other = new Database(sqliteFile(config().databaseUrl))
    session = await storeStartedSession({ user: await storeUser(), client: await storeClient() })
    await connectPrisma()
  })
  afterEach(async () => {
    endTurn()
    other.close()
    await opened.drop()
  })

  const readNonce = async () => (await findSession(session.id))?.nonce
  /** Changes the row as another process does. */
  const setNonce = (nonce: string) =>
    other.prepare(`UPDATE "Session" SET "nonce" = ? WHERE "id" = ?`).run(nonce, session.id)
  const readSharedly = async () => {
    startTurn()
    return readNonce()
  }

  test("all reads see one state of the database, and those of the next turn the newest", async () => {
    const before = await readSharedly()
    setNonce("changed")
    expect(await readNonce()).toBe(before)
    await nextTurn()
    expect(await readNonce()).toBe("changed")
    expect(await readSharedly()).toBe("changed")
    setNonce("changed again")
    expect(await readNonce()).toBe("changed")
  })

  test("the reads before the first request see the newest", async () => {
    await readNonce()
    setNonce("changed")
    expect(await readNonce()).toBe("changed")
  })

  test("a write is committed although another process has written since the reads", async () => {
    await readSharedly()
    setNonce("changed")
    expect(await revokeSession(session, "revoked_by_client", inMinutes(0), {})).toBe(true)
    expect(await findSession(session.id)).toMatchObject({ nonce: "changed", revokedAt: inMinutes(0) })
  })

  test("Prisma's write is read", async () => {
    await readSharedly()
    await (await database()).session.update({ where: { id: session.id }, data: { nonce: "by Prisma" } })
    expect(await readNonce()).toBe("by Prisma")
  })

  test("what Prisma has read is read", async () => {
    await readSharedly()
    setNonce("changed")
    expect(await (await database()).session.findFirst()).toMatchObject({ nonce: "changed" })
    expect(await readNonce()).toBe("changed")
  })

  test("a write is committed when it resolves, also one that was sent before the first request", async () => {
    const revoked = revokeSession(session, "revoked_by_client", inMinutes(0), {})
    await readSharedly()
    expect(await revoked).toBe(true)
    expect(other.prepare(`SELECT count(*) FROM "Session" WHERE "revokedAt" IS NOT NULL`).pluck().get()).toBe(1)
  })

  test("the rate limiter's write is committed when it resolves", async () => {
    await countSignInAttempt("address", "192.0.2.1")
    await readSharedly()
    expect(await countSignInAttempt("address", "192.0.2.1")).toMatchObject({ attempts: 2 })
    expect(other.prepare(`SELECT "points" FROM "sign_in_limit"`).pluck().all()).toEqual([2])
  })

  test("that lasts longer, the reads see the newest again", async () => {
    await readSharedly()
    setNonce("changed")
    block()
    expect(await readSharedly()).toBe("changed")
  })

  test("an error that ends the transaction does no harm", async () => {
    await readSharedly()
    ;(await sqliteConnection()).exec("ROLLBACK")
    setNonce("changed")
    expect(await readNonce()).toBe("changed")
    ;(await sqliteConnection()).exec("ROLLBACK")
    endTurn()
    expect(await readSharedly()).toBe("changed")
  })

  test("the database can be closed", async () => {
    setNonce("stored")
    await readSharedly()
    await closeDatabase()
    endTurn()
    expect(await readNonce()).toBe("stored")
  })
})
