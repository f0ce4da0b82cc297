import { beforeEach, describe, expect, test } from "vitest"
import { type Config, config } from "@/lib/config"
import { deleteBrowserSession } from "@/lib/data/browser-sessions"
import { database } from "@/lib/data/database"
import { findSession } from "@/lib/data/sessions"
import { findUser, setUserDisabled, type User, updateUser } from "@/lib/data/users"
import { listOutbox } from "@/lib/mail/outbox"
import { perProcess } from "@/lib/per-process"
import { generateId, generateToken, hashToken } from "@/lib/protocol/random"
import { describeOnEachDatabase } from "@/lib/testing/database"
import { linkOf } from "@/lib/testing/mail-server"
import { refuseWrites } from "@/lib/testing/refuse-writes"
import { storeBrowserSession, storeClient, storeStartedSession, storeUser } from "@/lib/testing/rows"
import { endBrowsers } from "./browsers"
import { findResetLink, makeResetLink, requestPasswordReset, resetPassword } from "./reset-password"
import { findSignUpLink, finishSignUp, requestSignUp } from "./sign-up-link"
import { changePassword } from "./users"
import { confirmEmail, requestEmailChange, requestVerification } from "./verify-email"

const asked = { address: "192.0.2.1", locale: "en", stateToken: null } as const
const by = { locale: "en", source: { browser: null, os: null } } as const
const password = "seven purple elephants dance"
const newAddress = () => `${generateId().toLowerCase()}@example.com`

const tokenOf = (url: string | URL) => new URL(url).searchParams.get("token") ?? ""

/** The e-mails to an address, the newest first. */
const mailsTo = async (to: string) => (await listOutbox(50)).filter((mail) => mail.to === to)

/** The token in the newest e-mail to an address. */
async function newestToken(to: string): Promise<string> {
  const [mail] = await mailsTo(to)
  if (!mail) throw new Error("There is no e-mail.")
  return tokenOf(linkOf(mail))
}

describeOnEachDatabase("a link from an e-mail", (provider) => {
  let user: User
  let browserSession: string
  beforeEach(async () => {
    perProcess<Config>("config").value = { ...config(), mail: "outbox" }
    const db = await database()
    await db.signInLimit.deleteMany()
    await db.mail.deleteMany()
    user = await storeUser()
    browserSession = await storeBrowserSession(user)
  })

  const reset = (token: string) => resetPassword(token, password, by)
  const finish = (token: string) =>
    finishSignUp(token, {
      name: "Ada",
      password,
      locale: "en",
      previousToken: null,
      source: { browser: null, os: null },
    })

  /** Each kind of link: how its token is made, and what using it returns when it cannot be used. */
  const kinds: [kind: string, make: () => Promise<string>, use: (token: string) => Promise<object | null>][] = [
    ["to reset a password", async () => tokenOf(await makeResetLink(user)), reset],
    [
      "to finish signing up",
      async () => {
        const email = `new-${user.email}`
        await requestSignUp({ ...asked, email })
        return newestToken(email)
      },
      finish,
    ],
    [
      "to verify an address",
      async () => {
        await requestVerification(user, asked)
        return newestToken(user.email)
      },
      (token) => confirmEmail(token, by),
    ],
    [
      "to change an address",
      async () => {
        const email = `changed-${user.email}`
        await requestEmailChange(user, { ...asked, browserSession, email })
        return newestToken(email)
      },
      (token) => confirmEmail(token, by),
    ],
  ]

  describe.each(kinds)("%s", (_, make, use) => {
    test("works once", async () => {
      const token = await make()
      expect(await use(token)).not.toBeNull()
      expect(await use(token)).toBeNull()
    })

    test("works once for 20 callers at the same time", async () => {
      const token = await make()
      const results = await Promise.all(Array.from({ length: 20 }, () => use(token)))
      expect(results.filter((result) => result !== null)).toHaveLength(1)
    })

    test("does not work after 30 minutes, or altered", async () => {
      const token = await make()
      expect(await use(generateToken())).toBeNull()
      await (await database()).emailLink.updateMany({ data: { expiresAt: new Date() } })
      expect(await use(token)).toBeNull()
    })

    test("does not work after a newer one was sent", async () => {
      const older = await make()
      const newer = await make()
      expect(await use(older)).toBeNull()
      expect(await use(newer)).not.toBeNull()
    })

    test("is stored as a hash", async () => {
      const token = await make()
      const stored = JSON.stringify(await (await database()).emailLink.findMany())
      expect(stored).not.toContain(token)
      expect(stored).toContain(hashToken(token))
    })
  })

  test("for one purpose does not work for another", async () => {
    const token = tokenOf(await makeResetLink(user))
    expect(await finish(token)).toBeNull()
    expect(await confirmEmail(token, by)).toBeNull()
    expect(await reset(token)).not.toBeNull()
  })

  test("lasts 30 minutes", async () => {
    const before = Date.now()
    await makeResetLink(user)
    const row = await (await database()).emailLink.findFirst({ where: { userId: user.id } })
    const minutes = ((row?.expiresAt.getTime() ?? 0) - before) / 60_000
    expect(minutes).toBeGreaterThanOrEqual(30)
    expect(minutes).toBeLessThan(31)
  })

  test("to reset a password ends browser sessions and Sessions, verifies the address, and tells the User", async () => {
    const client = await storeClient()
    const session = await storeStartedSession({ user, client })
    await requestPasswordReset({ ...asked, email: user.email })
    await reset(await newestToken(user.email))
    const db = await database()
    expect(await db.browserSession.count({ where: { userId: user.id } })).toBe(0)
    expect((await findSession(session.id))?.revokedReason).toBe("password_changed")
    expect((await findUser(user.id))?.emailVerifiedAt).not.toBeNull()
    expect((await mailsTo(user.email))[0]?.subject).toContain("password was changed")
  })

  test("to reset a password that the operator handed over proves nothing about the address", async () => {
    await reset(tokenOf(await makeResetLink(user)))
    expect((await findUser(user.id))?.emailVerifiedAt).toBeNull()
  })

  test("to finish signing up ends when the address gets a User in another way", async () => {
    const email = newAddress()
    await requestSignUp({ ...asked, email })
    const token = await newestToken(email)
    await updateUser(user, { email }, {})
    expect(await findSignUpLink(token)).toBeNull()
  })

  test("to change an address is not stored when the browser has been signed out meanwhile", async () => {
    const email = newAddress()
    await deleteBrowserSession(browserSession, new Date(), {})
    await requestEmailChange(user, { ...asked, browserSession, email })
    expect(await mailsTo(email)).toEqual([])
  })

  test("to change an address ends when a browser is signed out from elsewhere", async () => {
    const email = newAddress()
    await requestEmailChange(user, { ...asked, browserSession, email })
    const token = await newestToken(email)
    expect(await endBrowsers(user.id, "others", { current: null, source: {} })).toBe(1)
    expect(await confirmEmail(token, by)).toBeNull()
  })

  test("to set a password is limited by network address, because each use costs a bcrypt", async () => {
    Object.assign(config(), { SIGN_IN_ATTEMPTS_PER_ADDRESS: 3 })
    perProcess("sign-in limiters").value = undefined
    const token = tokenOf(await makeResetLink(user))
    const source = { ...by.source, address: "198.51.100.77" }
    const attempt = () => resetPassword(token, "short", { ...by, source })
    for (let i = 0; i < 3; i++) expect(await attempt()).toMatchObject({ problem: "problems.passwordTooShort" })
    expect(await attempt()).toMatchObject({ ok: false, waitSeconds: expect.any(Number) })
    Object.assign(config(), { SIGN_IN_ATTEMPTS_PER_ADDRESS: 100 })
    perProcess("sign-in limiters").value = undefined
  })

  test("to reset a password stays usable when a part of the reset fails", async () => {
    const token = tokenOf(await makeResetLink(user))
    for (const write of [
      ["UPDATE", "User"],
      ["INSERT", "Mail"],
    ] as const) {
      expect(await refuseWrites(provider, write, () => reset(token))).toBeInstanceOf(Error)
      expect((await findUser(user.id))?.passwordHash).toBe(user.passwordHash)
      expect(await findResetLink(token)).not.toBeNull()
    }
    expect(await reset(token)).not.toBeNull()
  })

  test("to reset a password is kept when the new password is refused", async () => {
    const token = tokenOf(await makeResetLink(user))
    expect(await resetPassword(token, "short", by)).toMatchObject({ ok: false, problem: "problems.passwordTooShort" })
    expect(await reset(token)).toMatchObject({ ok: true })
  })

  test("to reset a password does not work for a disabled User, who gets an e-mail without one", async () => {
    const token = tokenOf(await makeResetLink(user))
    await setUserDisabled(user.id, new Date())
    expect(await reset(token)).toBeNull()
    expect(await requestPasswordReset({ ...asked, email: user.email })).toEqual({ ok: true })
    const [mail, ...others] = await mailsTo(user.email)
    expect(others).toEqual([])
    expect(mail?.text).not.toMatch(/token=|sign-up/)
  })

  test("to reset a password is not sent to another spelling of a mailbox, each of which would have its own budget", async () => {
    const [name = "", host] = user.email.split("@")
    for (const email of [`"${name}"@${host}`, `${name}@${host}.`]) {
      expect(await requestPasswordReset({ ...asked, email })).toEqual({ ok: true })
    }
    expect(await listOutbox(50)).toEqual([])
  })

  test("has a budget for each purpose, so that strangers cannot keep another one from being sent", async () => {
    for (let i = 0; i < 8; i++) await requestPasswordReset({ ...asked, email: user.email })
    expect(await mailsTo(user.email)).toHaveLength(5)
    await requestVerification(user, asked)
    expect((await mailsTo(user.email))[0]?.subject).toContain("Confirm your email address")
  })

  test("to reset a password takes everything from a person who signed up with an address that they never verified", async () => {
    const db = await database()
    const passkey = {
      publicKey: "",
      counter: 0,
      transports: "",
      singleDevice: false,
      name: "Thief's",
      createdAt: new Date(),
    }
    for (const proven of [false, true]) {
      const owner = await storeUser({ emailVerifiedAt: proven ? new Date() : null })
      await db.passkey.create({ data: { id: generateId(), userId: owner.id, ...passkey } })
      await db.user.update({ where: { id: owner.id }, data: { totp: "sealed" } })
      await requestPasswordReset({ ...asked, email: owner.email })
      await reset(await newestToken(owner.email))
      expect(await db.passkey.count({ where: { userId: owner.id } })).toBe(proven ? 1 : 0)
      expect((await findUser(owner.id))?.totp).toBe(proven ? "sealed" : null)
    }
  })

  test("to reset a password does not work after the address has changed, by a link or by an operator", async () => {
    const email = newAddress()
    for (const change of [
      async () => {
        await requestEmailChange(user, { ...asked, browserSession, email })
        expect(await confirmEmail(await newestToken(email), by)).not.toBeNull()
        expect(await (await database()).emailLink.count({ where: { userId: user.id } })).toBe(0)
      },
      async () => updateUser((await findUser(user.id)) ?? user, { email: newAddress() }, {}),
    ]) {
      const token = tokenOf(await makeResetLink((await findUser(user.id)) ?? user))
      await change()
      expect(await findResetLink(token)).toBeNull()
      expect(await reset(token)).toBeNull()
    }
  })

  test("to change an address does not work after the password was reset or changed, or the User disabled", async () => {
    for (const end of [
      async () => reset(tokenOf(await makeResetLink(user))),
      () => changePassword(user.id, password),
      () => setUserDisabled(user.id, new Date()),
    ]) {
      const email = newAddress()
      await requestEmailChange(user, { ...asked, browserSession: await storeBrowserSession(user), email })
      const token = await newestToken(email)
      await end()
      expect(await confirmEmail(token, by)).toBeNull()
    }
    expect((await findUser(user.id))?.email).toBe(user.email)
  })

  test("to verify an address does not work after the address has changed", async () => {
    await requestVerification(user, asked)
    const token = await newestToken(user.email)
    await updateUser(user, { email: newAddress() }, {})
    expect(await confirmEmail(token, by)).toBeNull()
  })

  test("to change an address tells the earlier address", async () => {
    const email = newAddress()
    await requestEmailChange(user, { ...asked, browserSession, email })
    await confirmEmail(await newestToken(email), by)
    expect(await findUser(user.id)).toMatchObject({ email, emailVerifiedAt: expect.any(Date) })
    expect((await mailsTo(user.email))[0]?.subject).toContain("email address of your")
  })

  test("to change an address is not sent to an address that has a User, whose owner is told, and fails if it gets one later", async () => {
    const other = await storeUser()
    expect(await requestEmailChange(user, { ...asked, browserSession, email: other.email })).toEqual({ ok: true })
    expect((await mailsTo(other.email)).map(({ subject }) => subject)).toEqual([
      "This address already has an account at OAuth Flow",
    ])
    const email = newAddress()
    await requestEmailChange(user, { ...asked, browserSession, email })
    const token = await newestToken(email)
    await updateUser(other, { email }, {})
    expect(await confirmEmail(token, by)).toBeNull()
    expect((await findUser(user.id))?.email).toBe(user.email)
  })

  test("to finish signing up does not work when the address got a User meanwhile", async () => {
    const email = newAddress()
    await requestSignUp({ ...asked, email })
    const token = await newestToken(email)
    await storeUser({ email })
    expect(await finish(token)).toBeNull()
  })

  test("an address without a User gets an e-mail too, and so does a taken one: the work is the same", async () => {
    const unknown = newAddress()
    for (const email of [unknown, user.email]) {
      expect(await requestPasswordReset({ ...asked, email })).toEqual({ ok: true })
      expect(await requestSignUp({ ...asked, email })).toEqual({ ok: true })
      expect(await mailsTo(email)).toHaveLength(2)
    }
    expect(await (await database()).emailLink.count({ where: { email: { in: [unknown, user.email] } } })).toBe(4)
  })

  test("one address gets at most five e-mails in a window, and the answer stays the same", async () => {
    for (let i = 0; i < 8; i++)
      expect(await requestPasswordReset({ ...asked, email: user.email })).toEqual({ ok: true })
    expect(await mailsTo(user.email)).toHaveLength(5)
  })

  test("one network address can ask for a limited number of e-mails", async () => {
    const { SIGN_IN_ATTEMPTS_PER_ADDRESS } = config()
    for (let i = 0; i < SIGN_IN_ATTEMPTS_PER_ADDRESS; i++) await requestPasswordReset({ ...asked, email: newAddress() })
    expect(await requestSignUp({ ...asked, email: newAddress() })).toMatchObject({ waitSeconds: expect.any(Number) })
    expect(await requestPasswordReset({ ...asked, email: newAddress(), address: "192.0.2.2" })).toEqual({ ok: true })
  })
})
