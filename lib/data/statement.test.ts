import Database from "better-sqlite3"
import { expect, test } from "vitest"
import { config } from "@/lib/config"
import { generateId, generateToken, hashToken } from "@/lib/protocol/random"
import { describeOnEachDatabase } from "@/lib/testing/database"
import { storeClient, storeUser } from "@/lib/testing/rows"
import { inMinutes } from "@/lib/testing/times"
import { database } from "./database"
import { UniqueViolation } from "./errors"
import { findAuthCode, findSession, insertAuthCode, revokeSession, startSession } from "./sessions"
import { changeRows, write } from "./statement"
import { listUsers } from "./users"

const insertUser = `INSERT INTO "User" ("id", "email", "passwordHash", "createdAt") VALUES (?, ?, ?, ?)`
const user = (email = `${generateId()}@example.com`) => [generateId(), email, "no hash", new Date()]

describeOnEachDatabase("writes", (provider) => {
  test("of many parallel requests succeed or fail separately", async () => {
    const before = (await listUsers()).length
    const results = await Promise.allSettled(
      Array.from({ length: 40 }, (_, i) => changeRows(insertUser, user(i % 4 === 0 ? "one@example.com" : undefined))),
    )
    const refused = results.filter(({ status }) => status === "rejected")
    expect(refused).toHaveLength(9)
    for (const { reason } of refused as PromiseRejectedResult[]) expect(reason).toBeInstanceOf(UniqueViolation)
    expect((await listUsers()).length).toBe(before + 31)
  })

  test("of one request are committed all or none, beside parallel requests", async () => {
    const email = `${generateId()}@example.com`
    const [first, second, other] = [user(email), user(email), user()]
    const [together, alone] = await Promise.allSettled([
      write([insertUser, first], [insertUser, second]),
      changeRows(insertUser, other),
    ])
    expect(together).toMatchObject({ status: "rejected", reason: expect.any(UniqueViolation) })
    expect(alone).toEqual({ status: "fulfilled", value: 1 })
    const ids = (await listUsers()).map(({ id }) => id)
    expect([first[0], second[0], other[0]].map((id) => ids.includes(String(id)))).toEqual([false, false, true])
    await expect(write([insertUser, first], [insertUser, second])).rejects.toBeInstanceOf(UniqueViolation)
    expect((await listUsers()).map(({ id }) => id)).not.toContain(first[0])
  })

  test("of one Session by twenty parallel calls succeed once, completely", async () => {
    const owner = { userId: (await storeUser()).id, clientId: (await storeClient()).clientId }
    const id = generateId()
    const facts = { ...owner, id, scope: ["openid"], resource: [], nonce: null, authTime: new Date(), amr: "pwd" }
    const hashes = Array.from({ length: 20 }, () => hashToken(generateToken()))
    const code = { codeChallenge: null, redirectUri: "https://client.example/callback", expiresAt: inMinutes(1) }
    const outcomes = await Promise.all(
      hashes.map((codeHash) => insertAuthCode(facts, { ...code, codeHash }, new Date())),
    )
    const stored = outcomes.map((outcome) => outcome === "stored")
    expect(stored.filter(Boolean)).toHaveLength(1)
    const found = await Promise.all(hashes.map((codeHash) => findAuthCode(id, codeHash)))
    expect(found.map(Boolean)).toEqual(stored)
  })

  test("are visible to later reads, by statement and through Prisma", async () => {
    const owner = { userId: (await storeUser()).id, clientId: (await storeClient()).clientId }
    const facts = { ...owner, scope: [], resource: [], nonce: null, authTime: new Date(), amr: "pwd" }
    const id = generateId()
    const code = { codeHash: id, codeChallenge: null, redirectUri: "x", expiresAt: inMinutes(1) }
    await insertAuthCode({ ...facts, id }, code, new Date())
    const ends = { idleExpiresAt: inMinutes(5), expiresAt: inMinutes(9) }
    const started = { refreshTokenHash: null, startedAt: new Date(), ...ends }
    expect(await startSession(id, started)).toBe(true)
    expect(await findSession(id)).toMatchObject(started)
    expect(await revokeSession({ ...owner, id }, "revoked_by_client", new Date(), {})).toBe(true)
    const db = await database()
    expect(await db.session.findUnique({ where: { id } })).toMatchObject({ ...started, revokedAt: expect.any(Date) })
  })

  if (provider === "postgres") {
    test("fail when their connection is lost midway, and nothing else fails", async () => {
      const lost = user()
      const running = write([`SELECT pg_sleep(30)`, []], [insertUser, lost])
      const db = await database()
      const terminate = () =>
        db.$queryRawUnsafe<unknown[]>(
          `SELECT pg_terminate_backend(pid)::text FROM pg_stat_activity WHERE query LIKE 'SELECT pg_sleep%' AND datname = current_database()`,
        )
      const terminated = (async () => {
        while ((await terminate()).length === 0);
      })()
      await expect(running).rejects.toThrow()
      await terminated
      expect(await changeRows(insertUser, user())).toBe(1)
      expect((await listUsers()).map(({ id }) => id)).not.toContain(lost[0])
    })
  }

  if (provider === "sqlite") {
    test("wait while another process writes, without blocking this one", async () => {
      const other = new Database(config().databaseUrl.slice("file:".length))
      other.exec("BEGIN IMMEDIATE")
      let written = false
      const waiting = changeRows(insertUser, user()).then(() => {
        written = true
      })
      for (let i = 0; i < 50; i++) await listUsers()
      expect(written).toBe(false)
      other.exec("COMMIT")
      await waiting
      expect(written).toBe(true)
      other.close()
    })
  }
})
