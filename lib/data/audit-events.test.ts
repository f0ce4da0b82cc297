import { beforeAll, describe, expect, test } from "vitest"
import { generateId, generateToken, hashToken } from "@/lib/protocol/random"
import { describeOnEachDatabase } from "@/lib/testing/database"
import { refuseWrites } from "@/lib/testing/refuse-writes"
import { storeStartedSession, storeUser } from "@/lib/testing/rows"
import { inMinutes } from "@/lib/testing/times"
import { byOperator, listAccountEvents, listAuditEvents, type Source } from "./audit-events"
import { deleteBrowserSession, insertBrowserSession } from "./browser-sessions"
import { type Client, deleteClient, insertClient, updateClient } from "./clients"
import { disconnectApp } from "./connected-apps"
import { addConsent } from "./consents"
import { database } from "./database"
import { deleteOperatorSessions, enterOperatorSession, insertOperatorTicket } from "./operator-sessions"
import { deleteProvider, insertProvider } from "./providers"
import { deleteScopeDescription, saveScopeDescription } from "./scope-descriptions"
import { revokeSession, revokeSessionsOfUser } from "./sessions"
import { deleteSigningKeys, insertSigningKey } from "./signing-keys"
import {
  deleteUser,
  insertUser,
  setPasswordHash,
  setUserDisabled,
  setUserEnabled,
  type User,
  updateUser,
} from "./users"

const now = inMinutes(0)
const source: Source = { browser: "Firefox", os: "Linux", address: "192.0.2.7", flowId: "the-flow" }
const byClient: Source = { actor: "client", address: "192.0.2.8", flowId: "the-flow" }
const key = {
  kid: "key-2",
  alg: "ES256" as const,
  generation: 2,
  publicJwk: "{}",
  privateJwe: "sealed",
  createdAt: now,
  activeFrom: now,
}
const provider = { id: "acme", name: "Acme", kind: "oidc", issuer: "https://acme.example", clientId: "x" }

describeOnEachDatabase("an audit event", (databaseProvider) => {
  let user: User
  let client: Client
  let session: Awaited<ReturnType<typeof storeStartedSession>>
  const browser = hashToken(generateToken())
  const ticket = hashToken(generateToken())

  beforeAll(async () => {
    session = await storeStartedSession()
    ;({ user, client } = session)
  })

  const start = () => ({
    ...source,
    tokenHash: browser,
    authenticatedAt: now,
    expiresAt: inMinutes(60),
    previousTokenHash: null,
  })
  const other = { id: generateId(), email: "new@example.com", name: null, passwordHash: "hash" }

  /** In an order in which each can be made. */
  const changes: [kind: string, change: () => Promise<unknown>, expected: () => object][] = [
    ["signed_in", () => insertBrowserSession(user.id, start()), () => ({ ...source, actor: "user", userId: user.id })],
    ["signed_out", () => deleteBrowserSession(browser, now, source), () => ({ ...source, userId: user.id })],
    [
      "consent_granted",
      () =>
        addConsent(
          { userId: user.id, clientId: client.clientId, scope: ["openid"], resource: [], grantedAt: now },
          source,
        ),
      () => ({ ...source, userId: user.id, clientId: client.clientId, detail: "openid" }),
    ],
    [
      "session_revoked",
      () => revokeSession(session, "refresh_token_replayed", now, byClient),
      () => ({
        actor: "client",
        address: "192.0.2.8",
        userId: user.id,
        clientId: client.clientId,
        flowId: session.id,
        detail: "refresh_token_replayed",
      }),
    ],
    [
      "sessions_revoked",
      () => revokeSessionsOfUser(user.id, "revoked_by_operator", now, byOperator),
      () => ({ actor: "operator", userId: user.id }),
    ],
    [
      "app_disconnected",
      () =>
        disconnectApp(user.id, client.clientId, {
          ...source,
          kind: "app_disconnected",
          at: now,
          userId: user.id,
          clientId: client.clientId,
        }),
      () => ({ ...source, userId: user.id, clientId: client.clientId }),
    ],
    ["user_created", () => insertUser(other), () => ({ actor: "operator", userId: other.id })],
    ["profile_changed", () => updateUser(user, { name: "Ada" }, source), () => ({ ...source, detail: "name" })],
    ["user_updated", () => updateUser(user, { name: null }, byOperator), () => ({ actor: "operator" })],
    ["user_disabled", () => setUserDisabled(user.id, now), () => ({ actor: "operator", userId: user.id })],
    ["user_enabled", () => setUserEnabled(user.id), () => ({ actor: "operator", userId: user.id })],
    ["password_changed", () => setPasswordHash(user.id, "other", now), () => ({ actor: "operator", userId: user.id })],
    [
      "client_created",
      () => insertClient({ ...client, clientId: "second" }, byClient),
      () => ({ ...byClient, clientId: "second" }),
    ],
    [
      "client_updated",
      () => updateClient("second", () => ({ clientName: "Renamed", scope: client.scope }), byOperator),
      () => ({ actor: "operator", clientId: "second", detail: "clientName" }),
    ],
    ["client_deleted", () => deleteClient("second", byOperator), () => ({ actor: "operator", clientId: "second" })],
    ["signing_key_created", () => insertSigningKey(key, { actor: "server" }), () => ({ actor: "server" })],
    ["signing_keys_withdrawn", () => deleteSigningKeys(["key-2"], byOperator), () => ({ detail: "key-2" })],
    [
      "provider_added",
      () => insertProvider({ ...provider, clientSecret: null, scope: "openid", createdAt: now }),
      () => ({ actor: "operator", detail: "acme" }),
    ],
    ["provider_removed", () => deleteProvider("acme"), () => ({ actor: "operator", detail: "acme" })],
    [
      "scope_described",
      () => saveScopeDescription({ scope: "todo", description: "See your list" }),
      () => ({ actor: "operator", detail: "todo" }),
    ],
    ["scope_reset", () => deleteScopeDescription("todo"), () => ({ actor: "operator", detail: "todo" })],
    ["inspector_link_created", () => insertOperatorTicket(ticket, inMinutes(60)), () => ({ actor: "operator" })],
    [
      "inspector_opened",
      () => enterOperatorSession(ticket, { tokenHash: browser, enteredAt: now, expiresAt: inMinutes(60) }, source),
      () => ({ ...source, actor: "operator" }),
    ],
    ["inspector_closed", () => deleteOperatorSessions(), () => ({ actor: "operator" })],
  ]

  test.each(changes)("%s is committed with the change that it records", async (kind, change, expected) => {
    const [before, earlier] = [await dump(), await listAuditEvents({}, { limit: 1_000 })]
    expect(await refuseWrites(databaseProvider, ["INSERT", "AuditEvent"], change)).toBeInstanceOf(Error)
    expect(await dump()).toEqual(before)
    await change()
    const known = new Set(earlier.map(({ id }) => id))
    const events = (await listAuditEvents({}, { limit: 1_000 })).filter(({ id }) => !known.has(id))
    expect(events).toEqual([expect.objectContaining({ kind, ...expected() })])
  })

  test("is missing where nothing was changed", async () => {
    const count = async () => (await listAuditEvents({}, { limit: 1_000 })).length
    const before = await count()
    expect(await revokeSession(session, "revoked_by_client", now, byClient)).toBe(false)
    expect(await setUserDisabled("no one", now)).toBe(false)
    expect(await deleteClient("no client", byOperator)).toBe(false)
    expect(await deleteProvider("none")).toBe(false)
    expect(await updateClient("no client", () => ({}), byOperator)).toBeNull()
    expect(await enterOperatorSession("no ticket", { tokenHash: "x", enteredAt: now, expiresAt: now }, source)).toBe(
      false,
    )
    expect(await count()).toBe(before)
  })

  test("outlives the account without anything that names the person", async () => {
    const person = await storeUser()
    await insertBrowserSession(person.id, { ...start(), tokenHash: hashToken(generateToken()) })
    await deleteUser(person, null, source)
    const events = await listAuditEvents({ userId: person.id }, { limit: 10 })
    expect(events.map(({ kind }) => kind).sort()).toEqual(["account_deleted", "signed_in", "user_created"])
    for (const event of events) {
      expect(event).toMatchObject({ address: null, browser: null, os: null, detail: null, userId: person.id })
    }
  })

  describe("in a list", () => {
    test("is found by user, client, kind and time, in batches", async () => {
      const person = await storeUser()
      for (let i = 0; i < 5; i++) await updateUser(person, { name: `Name ${i}` }, source)
      const filter = { userId: person.id, kind: "profile_changed" }
      const all = await listAuditEvents(filter, { limit: 10 })
      expect(all).toHaveLength(5)
      const first = await listAuditEvents(filter, { limit: 2 })
      const second = await listAuditEvents(filter, { limit: 2, after: first.at(-1) })
      const third = await listAuditEvents(filter, { limit: 2, after: second.at(-1) })
      expect([...first, ...second, ...third]).toEqual(all)
      const newest = await listAuditEvents(filter, { limit: 10, newestFirst: true })
      expect(newest).toEqual([...all].reverse())
      expect(await listAuditEvents({ ...filter, until: all[0]?.at }, { limit: 10 })).toEqual([])
      expect(await listAuditEvents({ ...filter, since: inMinutes(60) }, { limit: 10 })).toEqual([])
      expect(await listAuditEvents({ clientId: "no client" }, { limit: 10 })).toEqual([])
    })

    test("of an account's owner is one of those that concern them", async () => {
      const kinds = (await listAccountEvents(user.id, 100)).map(({ kind }) => kind)
      expect(kinds).toContain("signed_in")
      expect(kinds).not.toContain("user_updated")
    })
  })

  /** Everything in the database but the audit log. */
  async function dump(): Promise<object> {
    const db = await database()
    return {
      users: await db.user.findMany({ orderBy: { id: "asc" } }),
      clients: await db.client.findMany({ orderBy: { clientId: "asc" } }),
      sessions: await db.session.findMany({ orderBy: { id: "asc" } }),
      browserSessions: await db.browserSession.findMany(),
      consents: await db.consent.findMany(),
      keys: await db.signingKey.findMany({ orderBy: { kid: "asc" } }),
      providers: await db.provider.findMany(),
      scopes: await db.scopeDescription.findMany(),
      operators: await db.operatorSession.findMany(),
    }
  }
})
