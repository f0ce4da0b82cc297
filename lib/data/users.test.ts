import { describe, expect, test } from "vitest"
import { generateId } from "@/lib/protocol/random"
import { describeOnEachDatabase } from "@/lib/testing/database"
import { storeBrowserSession, storeClient, storeStartedSession, storeUser } from "@/lib/testing/rows"
import { inMinutes } from "@/lib/testing/times"
import { deleteBrowserSession, findBrowserSession } from "./browser-sessions"
import { deleteClient, findClient } from "./clients"
import { addConsent, findConsent } from "./consents"
import { insertLink, insertProvider, listLinkedAccounts } from "./providers"
import { findAuthCode, findSession } from "./sessions"
import {
  deleteUser,
  findUser,
  findUserByEmail,
  insertUser,
  listUsers,
  setPasswordHash,
  setUserDisabled,
  setUserEnabled,
} from "./users"

describeOnEachDatabase("user data", () => {
  describe("a User", () => {
    test("is stored, and found by ID and by email address", async () => {
      const before = Date.now()
      const facts = {
        id: generateId(),
        email: "ada@example.com",
        emailVerifiedAt: new Date(),
        name: "Ada \u{1f600}",
        claims: '{"nickname":"ada"}',
        locale: "de",
        passwordHash: "hash",
      }
      const user = await insertUser(facts)
      expect(user).toEqual({
        ...facts,
        createdAt: expect.any(Date),
        selfRegistered: false,
        disabledAt: null,
        signInsCountFrom: null,
        totp: null,
        totpStep: 0,
      })
      expect(user?.createdAt.getTime()).toBeGreaterThanOrEqual(before)
      expect(await findUser(facts.id)).toEqual(user)
      expect(await findUserByEmail("ada@example.com")).toEqual(user)
      expect(await findUserByEmail("Ada@example.com")).toBeNull()
      expect(await findUser(generateId())).toBeNull()
    })

    test("is stored once for an email address by ten parallel calls", async () => {
      const tries = Array.from({ length: 10 }, () =>
        insertUser({ id: generateId(), email: "once@example.com", name: null, passwordHash: "hash" }),
      )
      expect((await Promise.all(tries)).filter((user) => user !== null)).toHaveLength(1)
    })

    test("is listed with all others, oldest first", async () => {
      const user = await storeUser()
      const users = await listUsers()
      expect(users.map(({ id }) => id)).toContain(user.id)
      const times = users.map(({ createdAt }) => createdAt.getTime())
      expect(times).toEqual([...times].sort((a, b) => a - b))
    })

    test("is disabled and enabled, and gets another password", async () => {
      const { id } = await storeUser()
      const now = inMinutes(0)
      expect(await setUserDisabled(id, now)).toBe(true)
      expect((await findUser(id))?.disabledAt).toEqual(now)
      expect(await setUserEnabled(id)).toBe(true)
      expect(await findUser(id)).toMatchObject({ disabledAt: null, signInsCountFrom: now })
      const later = inMinutes(1)
      expect(await setPasswordHash(id, "another hash", later)).toBe(true)
      expect(await findUser(id)).toMatchObject({ passwordHash: "another hash", signInsCountFrom: later })
      expect(await setUserDisabled(generateId(), now)).toBe(false)
      expect(await setPasswordHash(generateId(), "hash", now)).toBe(false)
    })

    test("is deleted with all of their rows and no other User's", async () => {
      const client = await storeClient()
      const [mine, theirs] = [await storeUser(), await storeUser()]
      const rows = []
      for (const user of [mine, theirs]) {
        const session = await storeStartedSession({ user, client })
        await addConsent(
          {
            userId: user.id,
            clientId: client.clientId,
            scope: [],
            resource: [],
            grantedAt: new Date(),
          },
          {},
        )
        rows.push({ session, tokenHash: await storeBrowserSession(user) })
      }
      await deleteUser(mine, null, {})
      const survivors = []
      for (const [i, user] of [mine, theirs].entries()) {
        const { session, tokenHash } = rows[i] as (typeof rows)[0]
        survivors.push([
          await findUser(user.id),
          await findSession(session.id),
          await findAuthCode(session.id, session.code.codeHash),
          await findBrowserSession(tokenHash),
          await findConsent(user.id, client.clientId),
        ])
      }
      expect(survivors[0]).toEqual([null, null, null, null, null])
      expect(survivors[1]).not.toContain(null)
    })
  })

  describe("a client that is deleted", () => {
    test("is deleted with its Sessions, their codes and its consents, but not its Users", async () => {
      const stored = await storeStartedSession()
      const { clientId } = stored.client
      await addConsent({ userId: stored.user.id, clientId, scope: ["openid"], resource: [], grantedAt: new Date() }, {})
      expect(await deleteClient(clientId, {})).toBe(true)
      expect(await findClient(clientId)).toBeNull()
      expect(await findSession(stored.id)).toBeNull()
      expect(await findAuthCode(stored.id, stored.code.codeHash)).toBeNull()
      expect(await findConsent(stored.user.id, clientId)).toBeNull()
      expect(await findUser(stored.user.id)).not.toBeNull()
    })
  })

  test("an account at a provider is linked once, and not after the browser was signed out", async () => {
    const user = await storeUser()
    const [browserSession, createdAt] = [await storeBrowserSession(user), inMinutes(0)]
    const id = generateId()
    await insertProvider({
      id,
      name: "Example",
      kind: "oidc",
      issuer: "https://op.example",
      clientId: "c",
      clientSecret: null,
      scope: "openid",
      createdAt,
    })
    const insert = (subject: string) =>
      insertLink(
        { providerId: id, subject, userId: user.id, email: null, createdAt },
        { event: { kind: "provider_linked", at: createdAt, userId: user.id }, mail: null },
        browserSession,
      )
    expect(await insert("1")).toBe("stored")
    expect(await insert("1")).toBe("exists")
    await deleteBrowserSession(browserSession, inMinutes(1), {})
    expect(await insert("2")).toBe("refused")
    expect((await listLinkedAccounts(user.id)).map(({ subject }) => subject)).toEqual(["1"])
  })

  describe("a BrowserSession", () => {
    test("is stored, found with its User, and deleted", async () => {
      const user = await storeUser()
      const tokenHash = await storeBrowserSession(user)
      expect(await findBrowserSession(tokenHash)).toEqual({
        tokenHash,
        amr: "pwd",
        browser: null,
        os: null,
        lastUsedAt: inMinutes(0),
        userId: user.id,
        authenticatedAt: inMinutes(0),
        expiresAt: inMinutes(60),
        user,
      })
      await deleteBrowserSession(tokenHash, inMinutes(1), {})
      await deleteBrowserSession(tokenHash, inMinutes(1), {})
      expect(await findBrowserSession(tokenHash)).toBeNull()
    })
  })
})
