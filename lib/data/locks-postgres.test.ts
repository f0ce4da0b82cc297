import pg from "pg"
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest"
import { generateId } from "@/lib/protocol/random"
import { openTestDatabase, type TestDatabase, testProviders } from "@/lib/testing/database"
import { query } from "@/lib/testing/query"
import { makeSession, storeBrowserSession, storeClient, storeUser } from "@/lib/testing/rows"
import { inMinutes } from "@/lib/testing/times"
import { addConsent } from "./consents"
import { insertEmailLink } from "./email-links"
import { listPasskeys } from "./passkeys"
import { insertAuthCode } from "./sessions"
import type { User } from "./users"
import { resetPasswordByLink } from "./users"

describe.runIf(testProviders.includes("postgres"))("on Postgres,", () => {
  let opened: TestDatabase
  let user: User
  let browserSession: string
  /** Another transaction, of another server. */
  let other: pg.Client
  beforeAll(async () => {
    opened = await openTestDatabase("postgres")
  })
  afterAll(() => opened.drop())
  beforeEach(async () => {
    user = await storeUser()
    browserSession = await storeBrowserSession(user)
    other = new pg.Client({ connectionString: opened.url })
    await other.connect()
    await other.query("BEGIN")
  })
  afterEach(() => other.end())

  async function storeCode() {
    const [session, code, now] = makeSession({ user, client: await storeClient() })
    const { userId, clientId, scope, resource } = session
    await addConsent({ userId, clientId, scope, resource, grantedAt: now }, {})
    return () => insertAuthCode({ ...session, browserSession }, code, now, { consented: true })
  }

  const waiting = `SELECT count(*)::int AS n FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`
  const untilOneWaits = () => expect.poll(async () => (await query(opened.url, waiting))[0]?.n).toBe(1)

  test("a code changes neither the sign-in nor the consent that it depends on, which would be conflicts", async () => {
    const insert = await storeCode()
    await other.query(`SELECT FROM "BrowserSession" FOR SHARE`)
    await other.query(`SELECT FROM "Consent" FOR SHARE`)
    expect(await insert()).toBe("stored")
  })

  test.each(["BrowserSession", "Consent"])("a code waits for the end of its %s, and is refused then", async (table) => {
    const insert = await storeCode()
    await other.query(`DELETE FROM "${table}" WHERE "userId" = $1`, [user.id])
    const outcome = insert()
    await untilOneWaits()
    await other.query("COMMIT")
    expect(await outcome).toBe("refused")
  })

  test("a reset of the password deletes a passkey that someone else is adding at this moment", async () => {
    const now = inMinutes(0)
    const times = { createdAt: now, expiresAt: inMinutes(10) }
    const link = { tokenHash: generateId(), purpose: "reset_password", userId: user.id, ...times } as const
    await insertEmailLink({ ...link, email: user.email, stateToken: null }, null, null)
    await other.query(`SELECT FROM "BrowserSession" WHERE "tokenHash" = $1 FOR KEY SHARE`, [browserSession])
    await other.query(
      `INSERT INTO "Passkey" ("id", "userId", "publicKey", "counter", "transports", "singleDevice", "name", "createdAt")
        VALUES ($1, $2, '', 0, '', false, '', now())`,
      [generateId(), user.id],
    )
    const reset = resetPasswordByLink(link.tokenHash, "email", user.id, "another hash", now, {}, null)
    await untilOneWaits()
    await other.query("COMMIT")
    expect(await reset).toBe(true)
    expect(await listPasskeys(user.id)).toEqual([])
  })
})
