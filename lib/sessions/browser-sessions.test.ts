import { afterAll, afterEach, beforeAll, expect, test, vi } from "vitest"
import { database } from "@/lib/data/database"
import { setPasswordHash, setUserDisabled, setUserEnabled, type User } from "@/lib/data/users"
import { openTestDatabase, type TestDatabase } from "@/lib/testing/database"
import { storeUser } from "@/lib/testing/rows"
import { endBrowserSession, findSignedInUser, startBrowserSession } from "./browser-sessions"

let opened: TestDatabase
beforeAll(async () => {
  opened = await openTestDatabase("sqlite", { BROWSER_SESSION_SECONDS: "3600" })
})
afterAll(() => opened.drop())
afterEach(() => {
  vi.useRealTimers()
})

test("a BrowserSession contains who signed in and when, and only the SHA-256 of its cookie is stored", async () => {
  const user = await storeUser()
  const before = Date.now()
  const { token } = await startBrowserSession(user.id, null)
  const signedIn = await findSignedInUser(token)
  expect(signedIn?.user).toEqual(user)
  expect(signedIn?.authenticatedAt.getTime()).toBeGreaterThanOrEqual(before)
  expect(JSON.stringify(await (await database()).browserSession.findMany())).not.toContain(token)
})

test("a BrowserSession ends after BROWSER_SESSION_SECONDS", async () => {
  const { token, expiresAt } = await startBrowserSession((await storeUser()).id, null, new Date(), { keep: true })
  if (!expiresAt) throw new Error("The cookie ends with the browser.")
  expect(Math.abs(expiresAt.getTime() - Date.now() - 3_600_000)).toBeLessThan(10_000)
  vi.useFakeTimers({ toFake: ["Date"], now: expiresAt.getTime() - 1 })
  expect(await findSignedInUser(token)).not.toBeNull()
  vi.setSystemTime(expiresAt)
  expect(await findSignedInUser(token)).toBeNull()
})

test("a new sign-in ends only the browser's previous BrowserSession, of any User", async () => {
  const [ada, bob] = [await storeUser(), await storeUser()]
  const [first, elsewhere] = [await startBrowserSession(ada.id, null), await startBrowserSession(ada.id, null)]
  const second = await startBrowserSession(bob.id, first.token)
  expect(await findSignedInUser(first.token)).toBeNull()
  expect((await findSignedInUser(second.token))?.user.id).toBe(bob.id)
  expect((await findSignedInUser(elsewhere.token))?.user.id).toBe(ada.id)
})

test("a sign-in that adds an account ends the browser's previous BrowserSession only if it is the same User's", async () => {
  const [ada, bob] = [await storeUser(), await storeUser()]
  const add = (user: User, previous: string) =>
    startBrowserSession(user.id, previous, new Date(), { keepsOthers: true })
  const first = await startBrowserSession(ada.id, null)
  const second = await add(bob, first.token)
  expect((await findSignedInUser(first.token))?.user.id).toBe(ada.id)
  const third = await add(bob, second.token)
  expect(await findSignedInUser(second.token)).toBeNull()
  expect((await findSignedInUser(third.token))?.user.id).toBe(bob.id)
})

test("a sign-in before the User's password was changed is no longer valid, a later one is", async () => {
  const user = await storeUser()
  const now = new Date()
  const [before, after] = [new Date(now.getTime() - 1), now]
  await setPasswordHash(user.id, "another hash", now)
  const old = await startBrowserSession(user.id, null, before)
  const fresh = await startBrowserSession(user.id, null, after)
  expect(await findSignedInUser(old.token)).toBeNull()
  expect((await findSignedInUser(fresh.token))?.authenticatedAt).toEqual(after)
})

test("a sign-in from before the User was disabled is not valid when they are enabled again", async () => {
  const user = await storeUser()
  const now = new Date()
  await setUserDisabled(user.id, now)
  await setUserEnabled(user.id)
  // Its password was still being verified when the User was disabled.
  const late = await startBrowserSession(user.id, null, new Date(now.getTime() - 1))
  expect(await findSignedInUser(late.token)).toBeNull()
})

test("no one is signed in without a cookie, with an unknown one, after sign-out, or when disabled", async () => {
  const user = await storeUser()
  const [left, disabled] = [await startBrowserSession(user.id, null), await startBrowserSession(user.id, null)]
  await endBrowserSession(left.token, {})
  await setUserDisabled(user.id, new Date())
  for (const token of [null, "", "unknown", left.token, disabled.token]) {
    expect(await findSignedInUser(token)).toBeNull()
  }
})
