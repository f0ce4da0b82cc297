import { beforeEach, expect, test, vi } from "vitest"
import { deleteBrowserSession } from "@/lib/data/browser-sessions"
import { findPasskey, insertPasskey } from "@/lib/data/passkeys"
import { setUserDisabled, type User } from "@/lib/data/users"
import { SoftwareAuthenticator } from "@/lib/testing/authenticator"
import { describeOnEachDatabase } from "@/lib/testing/database"
import { storeBrowserSession, storeUser } from "@/lib/testing/rows"
import { applySettings } from "@/lib/testing/settings"
import {
  addPasskey,
  arePasskeysOn,
  beginPasskeyCreation,
  beginPasskeySignIn,
  removePasskey,
  verifyPasskey,
} from "./passkeys"

const origin = "https://login.example.com"
const by = { locale: "en" as const, source: { browser: null, os: null }, amr: ["pwd"] }

describeOnEachDatabase("a passkey", () => {
  let user: User
  let authenticator: SoftwareAuthenticator
  let tokenHash: string

  beforeEach(async () => {
    user = await storeUser()
    tokenHash = await storeBrowserSession(user)
    authenticator = new SoftwareAuthenticator()
    await store({})
    return () => vi.useRealTimers()
  })

  async function store({ owner = user, counter = 0, of = authenticator } = {}): Promise<void> {
    const { id, publicKey } = of
    const facts = { transports: "internal", singleDevice: false, name: "Phone", createdAt: new Date() }
    const notice = { event: { userId: owner.id, kind: "passkey_added", at: new Date() }, mail: null } as const
    const signedIn = { tokenHash: await storeBrowserSession(owner), amr: "pwd" }
    await insertPasskey({ id, userId: owner.id, publicKey, counter, ...facts }, signedIn, notice)
  }

  async function begin(): Promise<{ sealed: string; challenge: string }> {
    const { options, sealed } = await beginPasskeySignIn()
    return { sealed, challenge: (options as { challenge: string }).challenge }
  }

  test("is added without looking at an attestation, whose certificates could make this server fetch something", async () => {
    const fetched = vi.spyOn(globalThis, "fetch").mockRejectedValue(new Error("no request is allowed"))
    const { options, sealed } = await beginPasskeyCreation(user)
    const created = new SoftwareAuthenticator()
    const { challenge } = options as { challenge: string }
    const response = created.create({ challenge, origin, attested: true })
    expect(await addPasskey(user, { sealed, response, name: "Key" }, { ...by, tokenHash })).toBe(true)
    expect(await findPasskey(created.id)).not.toBeNull()
    expect(fetched).not.toHaveBeenCalled()
    fetched.mockRestore()
  })

  test("signs its User in, with two factors", async () => {
    const { sealed, challenge } = await begin()
    const found = await verifyPasskey(sealed, authenticator.answer({ challenge, origin, userHandle: user.id }))
    expect(found).toMatchObject({ user: { id: user.id }, amr: ["swk", "user", "mfa"] })
    expect((await findPasskey(authenticator.id))?.lastUsedAt).not.toBeNull()
  })

  test.each([
    ["of another origin", { origin: "https://login.example.org" }],
    ["of another port", { origin: "https://login.example.com:8443" }],
    ["of a subdomain", { origin: "https://evil.login.example.com", rpId: "login.example.com" }],
    ["for another domain", { rpId: "example.com" }],
    ["without user verification", { userVerified: false }],
    ["of another kind", { type: "webauthn.create" }],
    ["of another User", { userHandle: "another" }],
    ["to another challenge", { challenge: "AAAA" }],
  ])("response %s is refused", async (_, changes) => {
    const { sealed, challenge } = await begin()
    expect(await verifyPasskey(sealed, authenticator.answer({ challenge, origin, ...changes }))).toBeNull()
  })

  test("challenge works once, also for 10 callers at the same time", async () => {
    const { sealed, challenge } = await begin()
    const response = authenticator.answer({ challenge, origin })
    const results = await Promise.all(Array.from({ length: 10 }, () => verifyPasskey(sealed, response)))
    expect(results.filter((found) => found !== null)).toHaveLength(1)
    expect(await verifyPasskey(sealed, response)).toBeNull()
  })

  test("challenge of another purpose, of another server, or from an hour ago is refused", async () => {
    const { options, sealed: forCreation } = await beginPasskeyCreation(user)
    const { challenge: toCreate } = options as { challenge: string }
    expect(await verifyPasskey(forCreation, authenticator.answer({ challenge: toCreate, origin }))).toBeNull()
    expect(await verifyPasskey("not sealed", authenticator.answer({ challenge: "AAAA", origin }))).toBeNull()
    const { sealed, challenge } = await begin()
    vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + 61 * 60_000 })
    expect(await verifyPasskey(sealed, authenticator.answer({ challenge, origin }))).toBeNull()
  })

  test("with a counter that does not go up is refused: it may be a copy", async () => {
    const counting = new SoftwareAuthenticator()
    await store({ of: counting, counter: 5 })
    const use = async (counter: number) => {
      const { sealed, challenge } = await begin()
      return verifyPasskey(sealed, counting.answer({ challenge, origin, counter }))
    }
    for (const counter of [0, 4, 5]) expect(await use(counter)).toBeNull()
    expect(await use(6)).not.toBeNull()
    expect(await use(6)).toBeNull()
  })

  test("that is unknown, or of a disabled User, is refused", async () => {
    const { sealed, challenge } = await begin()
    expect(await verifyPasskey(sealed, new SoftwareAuthenticator().answer({ challenge, origin }))).toBeNull()
    await setUserDisabled(user.id, new Date())
    const next = await begin()
    expect(await verifyPasskey(next.sealed, authenticator.answer({ challenge: next.challenge, origin }))).toBeNull()
  })

  test("with a counter of 32 bits is added, and signs in", async () => {
    const counting = new SoftwareAuthenticator()
    const { options, sealed } = await beginPasskeyCreation(user)
    const { challenge } = options as { challenge: string }
    const response = counting.create({ challenge, origin, counter: 4_294_967_293 })
    expect(await addPasskey(user, { sealed, response, name: "Phone" }, { ...by, tokenHash })).toBe(true)
    for (const counter of [4_294_967_294, 4_294_967_295]) {
      const next = await begin()
      expect(
        await verifyPasskey(next.sealed, counting.answer({ challenge: next.challenge, origin, counter })),
      ).not.toBe(null)
    }
  })

  test.each([undefined, null, "internal", 1, {}, [{ toString: 1 }], [1, null, "\0", "\ud800", {}, "x".repeat(1_000)]])(
    "is added whatever the browser reports as its transports: %j",
    async (transports) => {
      const { options, sealed } = await beginPasskeyCreation(user)
      const { challenge } = options as { challenge: string }
      const added = new SoftwareAuthenticator()
      const response = added.create({ challenge, origin, transports })
      expect(await addPasskey(user, { sealed, response, name: "Phone" }, { ...by, tokenHash })).toBe(true)
      expect(await findPasskey(added.id)).toMatchObject({ transports: transports === undefined ? "internal" : "" })
    },
  )

  test.each<unknown>([1, true, {}, { toString: 1 }, ["x"], "\0", "\ud800"])(
    "response with the user handle %j is refused",
    async (userHandle) => {
      const { sealed, challenge } = await begin()
      const answer = JSON.parse(authenticator.answer({ challenge, origin }))
      const response = JSON.stringify({ ...answer, response: { ...answer.response, userHandle } })
      expect(await verifyPasskey(sealed, response)).toBeNull()
    },
  )

  test.each([
    ...["", "null", "[]", "{}", '"text"', '{"id":1}', '{"id":"x","response":null}', "{"],
    ...['{"id":"\\u0000"}', '{"id":"\\ud800"}', '{"id":"é"}'],
  ])("response %j is refused without an error", async (response) => {
    const { sealed } = await begin()
    expect(await verifyPasskey(sealed, response)).toBeNull()
    const { sealed: forCreation } = await beginPasskeyCreation(user)
    expect(await addPasskey(user, { sealed: forCreation, response, name: "Phone" }, { ...by, tokenHash })).toBe(false)
  })

  test("is not added in a browser that has been signed out", async () => {
    const { options, sealed } = await beginPasskeyCreation(user)
    const created = new SoftwareAuthenticator()
    const response = created.create({ challenge: (options as { challenge: string }).challenge, origin })
    await deleteBrowserSession(tokenHash, new Date(), {})
    expect(await addPasskey(user, { sealed, response, name: "Phone" }, { ...by, tokenHash })).toBe(false)
    expect(await findPasskey(created.id)).toBeNull()
  })

  test("is removed by its own User only", async () => {
    expect(await removePasskey(await storeUser(), authenticator.id, by)).toBeNull()
    expect(await findPasskey(authenticator.id)).not.toBeNull()
    expect(await removePasskey(user, authenticator.id, by)).toBe("Phone")
    expect(await findPasskey(authenticator.id)).toBeNull()
  })
})

test("passkeys are off where the issuer is an IP address, for which browsers have none", () => {
  for (const [issuer, isOn] of [
    ["http://localhost:3000", true],
    ["http://127.0.0.1:3000", false],
    ["http://[::1]:3000", false],
  ] as const) {
    applySettings({ ISSUER: issuer })
    expect(arePasskeysOn(), issuer).toBe(isOn)
  }
})
