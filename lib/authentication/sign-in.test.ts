import type { Tinypool } from "tinypool"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { hashPassword } from "@/lib/accounts/password"
import { findUserByEmail, setUserDisabled, type User } from "@/lib/data/users"
import { perProcess } from "@/lib/per-process"
import { findSignedInUser } from "@/lib/sessions/browser-sessions"
import { openTestDatabase, type TestDatabase } from "@/lib/testing/database"
import { storeUser } from "@/lib/testing/rows"
import { signIn, signUp } from "./sign-in"
import { countAttempt, findAttemptKey } from "./sign-in-limits"

const password = "correct horse battery staple"
let opened: TestDatabase
let user: User
let addresses = 0

beforeAll(async () => {
  opened = await openTestDatabase("sqlite", { SIGN_IN_ATTEMPTS_PER_ADDRESS: "3" })
  user = await storeUser({ email: "ada@example.com", passwordHash: await hashPassword(password) })
})
afterAll(() => opened.drop())

const workDone = () => perProcess<Tinypool>("password pool").value?.completed ?? 0
const newAddress = () => `192.0.2.${++addresses}`
const attempt = (changes: Partial<Parameters<typeof signIn>[0]> = {}) => ({
  email: "ada@example.com",
  password,
  address: newAddress(),
  previousToken: null,
  source: { browser: "Firefox", os: "Linux" },
  keep: false,
  ...changes,
})

describe("a sign-in", () => {
  test("with the right password starts a BrowserSession, however the address is spelled", async () => {
    const result = await signIn(attempt({ email: " ADA@example.com " }))
    expect(result).toMatchObject({ ok: true, browserSession: { token: expect.stringMatching(/^[A-Za-z0-9_-]{43}$/) } })
    if (result.ok) expect((await findSignedInUser(result.browserSession.token))?.user.id).toBe(user.id)
  })

  test("ends the BrowserSession that the browser had", async () => {
    const first = await signIn(attempt())
    const previousToken = first.ok ? first.browserSession.token : null
    const second = await signIn(attempt({ previousToken }))
    expect(second.ok).toBe(true)
    expect(await findSignedInUser(previousToken)).toBeNull()
  })

  test("is refused alike, after the same work, for a wrong password, an unknown and a disabled User", async () => {
    const disabled = await storeUser({ email: "disabled@example.com", passwordHash: user.passwordHash })
    await setUserDisabled(disabled.id, new Date())
    const attempts = [
      attempt({ password: `${password}!` }),
      attempt({ email: "unknown@example.com" }),
      attempt({ email: "disabled@example.com" }),
      attempt({ email: "no\0body@example.com" }),
      attempt({ email: `${"a".repeat(300)}@example.com` }),
      attempt({ email: "" }),
    ]
    for (const one of attempts) {
      const before = workDone()
      expect(await signIn(one)).toEqual({ ok: false, problem: "wrong_credentials" })
      expect(workDone()).toBe(before + 1)
    }
  })

  test("finds the User however the domain and the password are encoded", async () => {
    const accented = "cr\u00e8me br\u00fbl\u00e9e"
    const created = { email: "ada@M\u00fcnchen.example", password: accented.normalize("NFD") }
    expect(await signUp({ ...attempt(created), name: null })).toMatchObject({ ok: true })
    for (const email of ["Ada@mu\u0308nchen.example", "ada@XN--MNCHEN-3YA.example"]) {
      expect(await signIn(attempt({ email, password: accented.normalize("NFC") }))).toMatchObject({ ok: true })
    }
    expect(await signIn(attempt({ email: "ada@munchen.example", password: accented }))).toMatchObject({ ok: false })
  })

  test("finds the Users whose addresses version 0.1 accepted; they cannot be registered any more", async () => {
    for (const email of ["a@foo-.com", `a@${"b".repeat(64)}.com`, `${"a".repeat(65)}@example.com`]) {
      await storeUser({ email, passwordHash: user.passwordHash })
      expect(await signIn(attempt({ email: ` ${email.toUpperCase()}` }))).toMatchObject({ ok: true })
      expect(await signUp({ ...attempt({ email }), name: null })).toMatchObject({ ok: false, field: "email" })
    }
  })

  test("is not matched by a password that only begins right, however long it is", async () => {
    const long = `x${"y".repeat(1023)}`
    await storeUser({ email: "long@example.com", passwordHash: await hashPassword(long) })
    expect(await signIn(attempt({ email: "long@example.com", password: long }))).toMatchObject({ ok: true })
    const longer = `${long}${"y".repeat(100_000)}`
    expect(await signIn(attempt({ email: "long@example.com", password: longer }))).toMatchObject({ ok: false })
  })

  test("is refused before any work when there were too many", async () => {
    const address = newAddress()
    for (let i = 0; i < 3; i++) await countAttempt(await findAttemptKey(`${i}@example.com`, address))
    const before = workDone()
    const refused = await signIn(attempt({ address }))
    expect(refused).toEqual({ ok: false, problem: "too_many_attempts", retryAfterSeconds: expect.any(Number) })
    expect(workDone()).toBe(before)
  })
})

describe("a sign-up", () => {
  const facts = (changes: object = {}) => ({ ...attempt({ email: "new@example.com" }), name: "New", ...changes })

  test("makes the User and starts a BrowserSession", async () => {
    const result = await signUp(facts())
    expect(result.ok).toBe(true)
    if (result.ok) {
      expect((await findSignedInUser(result.browserSession.token))?.user.email).toBe("new@example.com")
    }
  })

  test("names the field that has to change", async () => {
    expect(await signUp(facts({ email: "ada@example.com" }))).toMatchObject({ ok: false, field: "email" })
    expect(await signUp(facts({ email: "x" }))).toMatchObject({ ok: false, field: "email" })
    expect(await signUp(facts({ password: "short" }))).toMatchObject({ ok: false, field: "password" })
  })

  test("is counted as an attempt, so that addresses cannot be tried out in bulk", async () => {
    const address = newAddress()
    for (let i = 0; i < 3; i++) await signUp(facts({ email: "ada@example.com", address }))
    expect(await signUp(facts({ email: "late@example.com", address }))).toMatchObject({ problem: "too_many_attempts" })
    expect(await findUserByEmail("late@example.com")).toBeNull()
  })

  test("that succeeds leaves the budget of failed sign-ins as it was, and is limited itself", async () => {
    const address = newAddress()
    for (let i = 0; i < 3; i++)
      expect(await signUp(facts({ email: `${i}@new.example`, address }))).toMatchObject({ ok: true })
    expect(await signUp(facts({ email: "3@new.example", address }))).toMatchObject({ problem: "too_many_attempts" })
    for (let i = 0; i < 3; i++) {
      expect(await signIn(attempt({ email: `${i}@x.example`, address }))).toMatchObject({
        problem: "wrong_credentials",
      })
    }
    expect(await signIn(attempt({ address }))).toMatchObject({ problem: "too_many_attempts" })
  })

  test("is not counted when it is refused without work, and never for the account", async () => {
    const address = newAddress()
    for (let i = 0; i < 5; i++) await signUp(facts({ email: "ada@example.com", password: "x", address }))
    for (let i = 0; i < 5; i++) await signUp(facts({ email: "ada@example.com", address: newAddress() }))
    expect(await signUp(facts({ email: "fourth@example.com", address }))).toMatchObject({ ok: true })
    expect(await signIn(attempt())).toMatchObject({ ok: true })
  })
})

describe("when every worker is busy with passwords", () => {
  let busy: TestDatabase
  beforeAll(async () => {
    await opened.drop()
    const few = { PASSWORD_WORKERS: "1", PASSWORD_QUEUE: "1", SIGN_IN_ATTEMPTS_PER_ADDRESS: "6" }
    busy = await openTestDatabase("sqlite", few)
  })
  afterAll(() => busy.drop())

  test("a sign-in is refused with the seconds until a retry, and is not counted as an attempt", async () => {
    const address = newAddress()
    const results = await Promise.all(
      Array.from({ length: 6 }, (_, i) => signIn(attempt({ email: `${i}@x.y`, address }))),
    )
    const refused = results.filter((result) => !result.ok && result.problem === "busy")
    expect(refused.length).toBeGreaterThanOrEqual(3)
    expect(refused).toContainEqual({ ok: false, problem: "busy", retryAfterSeconds: 5 })
    expect(await signIn(attempt({ address }))).toEqual({ ok: false, problem: "wrong_credentials" })
  })
})
