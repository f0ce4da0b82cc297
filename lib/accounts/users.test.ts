import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { byOperator } from "@/lib/data/audit-events"
import { listBrowserSessions } from "@/lib/data/browser-sessions"
import { findSession } from "@/lib/data/sessions"
import { findUser, findUserByEmail } from "@/lib/data/users"
import { findSignedInUser, startBrowserSession } from "@/lib/sessions/browser-sessions"
import { openTestDatabase, type TestDatabase } from "@/lib/testing/database"
import { storeClient, storeStartedSession, storeUser } from "@/lib/testing/rows"
import { deleteAccount } from "./account-data"
import { verifyPassword } from "./password"
import { changePassword, changePasswordHere, changeProfile, createUser, disableUser, enableUser } from "./users"

let opened: TestDatabase
beforeAll(async () => {
  opened = await openTestDatabase("sqlite")
})
afterAll(() => opened.drop())

const password = "correct horse battery staple"

describe("a User", () => {
  test("is made with the address as it is looked up, a trimmed name and a hash of the password", async () => {
    const created = await createUser({ email: " Ada@Example.com ", name: " Ada Lovelace ", password })
    expect(created).toMatchObject({
      ok: true,
      user: { email: "ada@example.com", name: "Ada Lovelace", disabledAt: null },
    })
    const stored = await findUserByEmail("ada@example.com")
    expect(stored?.passwordHash).toMatch(/^\$2[ab]\$12\$/)
    expect(JSON.stringify(stored)).not.toContain(password)
    expect(await verifyPassword(password, stored?.passwordHash ?? null)).toBe(true)
  })

  test("is not made twice for one address, however it is spelled", async () => {
    await storeUser({ email: "twice@example.com" })
    expect(await createUser({ email: "TWICE@example.com", name: null, password })).toMatchObject({
      ok: false,
      field: "email",
      problem: "problems.emailTaken",
    })
  })

  test("may have no name, and spaces are not a name", async () => {
    expect(await createUser({ email: "nameless@example.com", name: "  ", password })).toMatchObject({
      ok: true,
      user: { name: null },
    })
  })

  test.each([
    "",
    "ada",
    "ada@",
    "@example.com",
    "ada lovelace@example.com",
    "ada@example.com\0",
    "ada@example.com\r\nBcc: x@example.com",
    `${"a".repeat(250)}@example.com`,
  ])("is not made with the address %j", async (email) => {
    expect(await createUser({ email, name: null, password })).toMatchObject({ ok: false, field: "email" })
  })

  test.each(["two\nlines", "a\0b", "\u007f", "n".repeat(101), "Ada \u202eecalevoL", "\u2066Ada"])(
    "is not made with the name %j",
    async (name) => {
      expect(await createUser({ email: "new@example.com", name, password })).toMatchObject({ ok: false, field: "name" })
    },
  )

  test("is made with the address o'brien+tag@m\u00fcnchen.example, which is not made twice", async () => {
    const created = await createUser({ email: "O'Brien+Tag@m\u00fcnchen.example", name: null, password })
    expect(created).toMatchObject({ ok: true, user: { email: "o'brien+tag@xn--mnchen-3ya.example" } })
    const again = { email: "o'brien+tag@xn--mnchen-3ya.example", name: null, password }
    expect(await createUser(again)).toMatchObject({ ok: false, field: "email" })
  })

  test("is not made with a password that contains the address, nor gets one later", async () => {
    const containing = "x contains@example.com x"
    const facts = { email: "Contains@example.com", name: null }
    expect(await createUser({ ...facts, password: containing })).toMatchObject({ ok: false, field: "password" })
    const created = await createUser({ ...facts, password })
    const id = created.ok ? created.user.id : ""
    expect(await changePassword(id, containing)).toMatchObject({ ok: false, field: "password" })
  })

  test("is not made with a password that cannot be chosen", async () => {
    expect(await createUser({ email: "new@example.com", name: null, password: "password" })).toMatchObject({
      ok: false,
      field: "password",
      problem: "problems.passwordCommon",
    })
    expect(await findUserByEmail("new@example.com")).toBeNull()
  })
})

/** A User with a browser and a Session, and another User with the same. */
async function storeTwo() {
  const client = await storeClient()
  const both = []
  for (const user of [await storeUser(), await storeUser()]) {
    const { token } = await startBrowserSession(user.id, null)
    const { id: sessionId } = await storeStartedSession({ user, client })
    both.push({ userId: user.id, token, sessionId })
  }
  return both as [(typeof both)[0], (typeof both)[0]]
}

describe("everything that a User has started ends, and nothing of another User,", () => {
  test("when the password is changed", async () => {
    const [user, other] = await storeTwo()
    expect(await changePassword(user.userId, "another good password")).toEqual({ ok: true })
    expect(await findSignedInUser(user.token)).toBeNull()
    expect(await findSession(user.sessionId)).toMatchObject({ revokedReason: "password_changed" })
    expect(await findSignedInUser(other.token)).not.toBeNull()
    expect(await findSession(other.sessionId)).toMatchObject({ revokedAt: null })
    expect(await verifyPassword("another good password", (await findUser(user.userId))?.passwordHash ?? null)).toBe(
      true,
    )
  })

  test("when the User is disabled; enabled again, they have to sign in", async () => {
    const [user, other] = await storeTwo()
    expect(await disableUser(user.userId)).toBe(true)
    expect((await findUser(user.userId))?.disabledAt).toBeInstanceOf(Date)
    expect(await findSession(user.sessionId)).toMatchObject({ revokedReason: "user_disabled" })
    expect(await findSession(other.sessionId)).toMatchObject({ revokedAt: null })
    expect(await enableUser(user.userId)).toBe(true)
    expect((await findUser(user.userId))?.disabledAt).toBeNull()
    expect(await findSignedInUser(user.token)).toBeNull()
    expect(await findSignedInUser(other.token)).not.toBeNull()
  })
})

describe("a change that was confirmed with a password which was then reset", () => {
  test("does not set the password, and signs no one in", async () => {
    const user = await storeUser()
    await changePassword(user.id, "the password of the reset")
    const facts = { previousToken: null, source: {}, locale: "en" } as const
    expect(await changePasswordHere(user, "a thief's good password", facts)).toBeNull()
    const after = await findUser(user.id)
    expect(await verifyPassword("the password of the reset", after?.passwordHash ?? null)).toBe(true)
    expect(await listBrowserSessions(user.id, new Date())).toEqual([])
  })

  test("does not delete the account", async () => {
    const user = await storeUser()
    await changePassword(user.id, "the password of the reset")
    expect(await deleteAccount(user, "en", {})).toBe(false)
    expect(await findUser(user.id)).not.toBeNull()
  })
})

describe("the phone number's proof", () => {
  test("ends when the User changes the number, and not when the operator does or it stays", async () => {
    const claims = { phone_number: "+41446681800", phone_number_verified: true }
    const user = await storeUser({ claims: JSON.stringify(claims) })
    const read = async () => JSON.parse((await findUser(user.id))?.claims ?? "{}")
    await changeProfile(user.id, { claims: { phone_number: "+41446681800" } }, {})
    expect(await read()).toMatchObject(claims)
    await changeProfile(user.id, { claims: { phone_number: "+41446681801" } }, {})
    expect(await read()).not.toHaveProperty("phone_number_verified")
    await changeProfile(user.id, { claims }, byOperator)
    expect(await read()).toMatchObject(claims)
  })
})

describe("nothing happens", () => {
  test("to a User whose new password cannot be chosen", async () => {
    const [user] = await storeTwo()
    expect(await changePassword(user.userId, "short")).toMatchObject({ ok: false, field: "password" })
    expect(await findSignedInUser(user.token)).not.toBeNull()
    expect(await findSession(user.sessionId)).toMatchObject({ revokedAt: null })
  })

  test("for a User that there is not", async () => {
    expect(await changePassword("unknown", "another good password")).toBeNull()
    expect(await disableUser("unknown")).toBe(false)
    expect(await enableUser("unknown")).toBe(false)
  })
})
