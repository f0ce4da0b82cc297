import { Secret, TOTP } from "otpauth"
import { beforeEach, expect, test, vi } from "vitest"
import { config } from "@/lib/config"
import { database } from "@/lib/data/database"
import { findUser, type User } from "@/lib/data/users"
import { findIncompleteSignIn, findSignedInUser, startBrowserSession } from "@/lib/sessions/browser-sessions"
import { describeOnEachDatabase } from "@/lib/testing/database"
import { storeBrowserSession, storeUser } from "@/lib/testing/rows"
import { beginTotpSetup, confirmTotpSetup, removeTotp, renewRecoveryCodes, verifySecondFactor } from "./second-factor"

const by = { locale: "en", source: { browser: null, os: null } } as const

describeOnEachDatabase("a second factor", () => {
  let user: User
  let token: string
  let codeAt: (steps: number) => string
  let recoveryCodes: string[]

  const codeOf = (secret: string) => {
    const app = new TOTP({ secret: Secret.fromBase32(secret) })
    return (steps: number) => app.generate({ timestamp: Date.now() + steps * 30_000 })
  }

  async function reload(): Promise<void> {
    const found = await findUser(user.id)
    if (!found) throw new Error("The user is gone.")
    user = found
  }

  beforeEach(async () => {
    // The middle of a step, so that no test runs across its end.
    vi.useFakeTimers({ toFake: ["Date"], now: Math.floor(Date.now() / 30_000) * 30_000 + 15_000 })
    user = await storeUser()
    ;({ token } = await startBrowserSession(user.id, null))
    const { secret, setup } = await beginTotpSetup(user)
    codeAt = codeOf(secret)
    const signedIn = await findSignedInUser(token)
    if (!signedIn) throw new Error("No one is signed in.")
    recoveryCodes = (await confirmTotpSetup(user, setup, codeAt(-1), { ...by, ...signedIn })) ?? []
    await reload()
    return () => vi.useRealTimers()
  })

  const use = async (code: string) => {
    const result = await verifySecondFactor(user, code)
    return "used" in result ? result.used : `wait ${result.waitSeconds > 0}`
  }

  test("completes the browser that set it up, and no other", async () => {
    expect((await findSignedInUser(token))?.amr).toEqual(["pwd", "otp", "mfa"])
    const other = await startBrowserSession(user.id, null)
    expect(await findSignedInUser(other.token)).toBeNull()
    expect((await findIncompleteSignIn(other.token))?.user.id).toBe(user.id)
  })

  test("code works once, also for 8 callers at the same time", async () => {
    const results = await Promise.all(Array.from({ length: 8 }, () => use(codeAt(0))))
    expect(results.filter((used) => used === "totp")).toHaveLength(1)
    expect(await use(codeAt(0))).toBeNull()
  })

  test("code of one step before or after works, because clocks drift, and no older or newer one", async () => {
    expect(await use(codeAt(2))).toBeNull()
    expect(await use(codeAt(-2))).toBeNull()
    expect(await use(codeAt(1))).toBe("totp")
    // An earlier step than the last one that was used.
    expect(await use(codeAt(0))).toBeNull()
  })

  test("code that was used to set the app up does not work again", async () => {
    expect(await use(codeAt(-1))).toBeNull()
  })

  test("recovery code works once, in any case and with or without the hyphen", async () => {
    const [first = "", second = ""] = recoveryCodes
    expect(await use(first.toLowerCase().replace("-", " "))).toBe("recovery_code")
    expect(await use(first)).toBeNull()
    const results = await Promise.all(Array.from({ length: 8 }, () => use(second)))
    expect(results.filter((used) => used === "recovery_code")).toHaveLength(1)
  })

  test("guesses are limited, and a right code does not help then", async () => {
    const { SIGN_IN_ATTEMPTS_PER_ACCOUNT } = config()
    for (let i = 0; i < SIGN_IN_ATTEMPTS_PER_ACCOUNT; i++) expect(await use("000000")).toBeNull()
    expect(await use(codeAt(0))).toBe("wait true")
    expect(await use(recoveryCodes[0] ?? "")).toBe("wait true")
  })

  test("is stored so that the database alone reveals neither the secret nor a recovery code", async () => {
    const db = await database()
    const stored = JSON.stringify([await db.user.findMany(), await db.recoveryCode.findMany()], (_, value) =>
      typeof value === "bigint" ? String(value) : value,
    )
    for (const code of recoveryCodes) expect(stored).not.toContain(code.replace("-", ""))
    expect(user.totp).toMatch(/^eyJ/)
  })

  test("is set up only with a right code, by its own User, in time, and once", async () => {
    const other = await storeUser()
    const { secret, setup } = await beginTotpSetup(other)
    const facts = { ...by, tokenHash: await storeBrowserSession(other), amr: ["pwd"] }
    const code = codeOf(secret)(0)
    expect(await confirmTotpSetup(other, setup, "000000", facts)).toBeNull()
    expect(await confirmTotpSetup(user, setup, code, facts)).toBeNull()
    expect(await confirmTotpSetup(other, "not a setup", code, facts)).toBeNull()
    const signedOut = { ...facts, tokenHash: "of a browser that was signed out" }
    expect(await confirmTotpSetup(other, setup, code, signedOut)).toBeNull()
    const results = await Promise.all(Array.from({ length: 5 }, () => confirmTotpSetup(other, setup, code, facts)))
    expect(results.filter((codes) => codes !== null)).toHaveLength(1)
    const late = await storeUser()
    const begun = await beginTotpSetup(late)
    vi.setSystemTime(Date.now() + 31 * 60_000)
    expect(await confirmTotpSetup(late, begun.setup, codeOf(begun.secret)(0), facts)).toBeNull()
  })

  test("new recovery codes replace the old, and removing the app removes them", async () => {
    const [renewed = ""] = (await renewRecoveryCodes(user, by)) ?? []
    expect(await use(recoveryCodes[3] ?? "")).toBeNull()
    expect(await use(renewed)).toBe("recovery_code")
    expect(await removeTotp(user, by)).toBe(true)
    expect(await removeTotp(user, by)).toBe(false)
    expect(await (await database()).recoveryCode.count({ where: { userId: user.id } })).toBe(0)
    await reload()
    expect(await use(codeAt(0))).toBeNull()
  })
})
