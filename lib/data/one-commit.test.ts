import { setImmediate as nextTurn } from "node:timers/promises"
import { beforeEach, describe, expect, test } from "vitest"
import { generateId, generateToken, hashToken } from "@/lib/protocol/random"
import { describeOnEachDatabase } from "@/lib/testing/database"
import { refuseWrites } from "@/lib/testing/refuse-writes"
import { storeBrowserSession, storeClient, storeStartedSession, storeUser } from "@/lib/testing/rows"
import { inMinutes } from "@/lib/testing/times"
import { findBrowserSession, insertBrowserSession } from "./browser-sessions"
import { database } from "./database"
import { findSession } from "./sessions"
import { findUser, findUserByEmail, insertUser, setPasswordHash, setUserDisabled, type User } from "./users"

const newStart = (previousTokenHash: string | null = null) => ({
  tokenHash: hashToken(generateToken()),
  authenticatedAt: inMinutes(0),
  expiresAt: inMinutes(60),
  previousTokenHash,
})

/** Reads in one statement whether the User has changed, and the numbers of browser sessions and revoked Sessions. */
async function readState(userId: string): Promise<string> {
  const [row] = await (await database()).$queryRawUnsafe<{ seen: string }[]>(`
    SELECT CASE WHEN "signInsCountFrom" IS NULL THEN 'before' ELSE 'after' END || ' ' ||
      (SELECT count(*) FROM "BrowserSession" WHERE "userId" = "User"."id") || ' ' ||
      (SELECT count(*) FROM "Session" WHERE "userId" = "User"."id" AND "revokedAt" IS NOT NULL) AS seen
    FROM "User" WHERE "id" = '${userId}'`)
  return row?.seen ?? "missing"
}

describeOnEachDatabase("one commit", (provider) => {
  let user: User
  let browsers: string[]
  let sessions: string[]
  beforeEach(async () => {
    user = await storeUser()
    const client = await storeClient()
    browsers = [await storeBrowserSession(user), await storeBrowserSession(user)]
    sessions = [(await storeStartedSession({ user, client })).id, (await storeStartedSession({ user, client })).id]
  })

  const state = async () => ({
    user: await findUser(user.id),
    browsers: await Promise.all(browsers.map(findBrowserSession)),
    sessions: await Promise.all(sessions.map(findSession)),
  })

  describe.each([
    ["a User is disabled", "user_disabled", () => setUserDisabled(user.id, inMinutes(1))],
    ["a password is changed", "password_changed", () => setPasswordHash(user.id, "another hash", inMinutes(1))],
  ] as const)("when %s,", (_, revokedReason, change) => {
    test("the User, the browser sessions and the Sessions change, but no other User's", async () => {
      const other = await storeUser()
      const browser = await storeBrowserSession(other)
      const session = await storeStartedSession({ user: other, client: await storeClient() })
      expect(await change()).toBe(true)
      const after = await state()
      expect(after.user?.signInsCountFrom).toEqual(inMinutes(1))
      expect(after.browsers).toEqual([null, null])
      for (const one of after.sessions) expect(one).toMatchObject({ revokedAt: inMinutes(1), revokedReason })
      expect(await findUser(other.id)).toEqual(other)
      expect(await findBrowserSession(browser)).not.toBeNull()
      expect(await findSession(session.id)).toMatchObject({ revokedAt: null })
    })

    test.each([
      ["UPDATE", "User"],
      ["DELETE", "BrowserSession"],
      ["UPDATE", "Session"],
    ] as const)("nothing changes when the %s of %s fails", async (...write) => {
      const before = await state()
      expect(await refuseWrites(provider, write, change)).toBeInstanceOf(Error)
      expect(await state()).toEqual(before)
      expect(await change()).toBe(true)
    })

    test("a reader sees all of it or nothing", async () => {
      const seen = new Set<string>()
      let changing = true
      const changed = change().finally(() => {
        changing = false
      })
      while (changing) {
        seen.add(await readState(user.id))
        await nextTurn()
      }
      await changed
      seen.add(await readState(user.id))
      seen.delete("before 2 0")
      expect([...seen]).toEqual(["after 0 2"])
    })
  })

  test("a new User and their first browser session: nothing is stored when one of them fails", async () => {
    const facts = { id: generateId(), email: `${generateId()}@example.com`, name: null, passwordHash: "hash" }
    const start = newStart(browsers[0])
    const signUp = () => insertUser(facts, start)
    for (const write of [
      ["INSERT", "BrowserSession"],
      ["DELETE", "BrowserSession"],
    ] as const) {
      expect(await refuseWrites(provider, write, signUp)).toBeInstanceOf(Error)
      expect(await findUserByEmail(facts.email)).toBeNull()
      expect(await findBrowserSession(start.tokenHash)).toBeNull()
      expect(await findBrowserSession(browsers[0] ?? "")).not.toBeNull()
    }
    const stored = await signUp()
    expect((await findBrowserSession(start.tokenHash))?.user).toEqual(stored)
    expect(await findBrowserSession(browsers[0] ?? "")).toBeNull()
  })

  test("a new sign-in and the end of the browser's earlier one: the earlier one stays valid when this fails", async () => {
    const start = newStart(browsers[0])
    const signIn = () => insertBrowserSession(user.id, start)
    expect(await refuseWrites(provider, ["DELETE", "BrowserSession"], signIn)).toBeInstanceOf(Error)
    expect(await findBrowserSession(start.tokenHash)).toBeNull()
    await signIn()
    expect(await findBrowserSession(start.tokenHash)).not.toBeNull()
    expect(await findBrowserSession(browsers[0] ?? "")).toBeNull()
    expect(await findBrowserSession(browsers[1] ?? "")).not.toBeNull()
  })
})
