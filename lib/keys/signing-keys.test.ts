import { afterEach, beforeAll, describe, expect, test, vi } from "vitest"
import { config } from "@/lib/config"
import { closeDatabase } from "@/lib/data/database"
import { deleteSigningKeys, listSigningKeys } from "@/lib/data/signing-keys"
import { perProcess } from "@/lib/per-process"
import { describeOnEachDatabase } from "@/lib/testing/database"
import { runInProcesses } from "@/lib/testing/processes"
import { applySettings, testSecret } from "@/lib/testing/settings"
import {
  activationDelaySeconds,
  deleteRetiredKeys,
  describeSigningKeys,
  ensureSigningKeys,
  findVerificationKey,
  getActiveKey,
  jwksMaxAgeSeconds,
  publicKeySet,
  rotateDueKeys,
  rotateSigningKey,
  signingAlgs,
  withdrawSigningKeys,
} from "./signing-keys"

const twoWeeks = 14 * 24 * 60 * 60
const keyRing = perProcess("key ring")
const forgetKeyRing = () => {
  keyRing.value = undefined
}

test("a new key signs only when every copy of the JWK Set has it", () => {
  expect(activationDelaySeconds).toBeGreaterThan(jwksMaxAgeSeconds)
})

describeOnEachDatabase("signing keys on schedule", () => {
  const day = 24 * 60 * 60 * 1000
  const from = new Date("2026-03-01T00:00:00Z")
  const at = (days: number) => new Date(from.getTime() + days * day)
  const es256 = async () => (await listSigningKeys()).filter(({ alg }) => alg === "ES256")

  test("are made a day before they sign, once, and only when it is time", async () => {
    await ensureSigningKeys()
    await rotateSigningKey("ES256", { activeFrom: from })
    await rotateSigningKey("RS256", { activeFrom: from })
    expect(await rotateDueKeys(at(88))).toEqual([])
    const made = await Promise.all([rotateDueKeys(at(89.5)), rotateDueKeys(at(89.5))])
    expect(made.flat()).toHaveLength(2)
    expect(await rotateDueKeys(at(89.6))).toEqual([])
    expect((await es256()).at(-1)).toMatchObject({ generation: 3, activeFrom: at(90) })
  })

  test("sign after a server that was off for a year only when every copy of the JWK Set has them", async () => {
    expect(await rotateDueKeys(at(500))).toHaveLength(2)
    const activeFrom = new Date(at(500).getTime() + activationDelaySeconds * 1000)
    expect((await es256()).at(-1)).toMatchObject({ generation: 4, activeFrom })
  })

  test("are left to the operator with SIGNING_KEY_DAYS=0", async () => {
    Object.assign(config(), { SIGNING_KEY_DAYS: 0 })
    expect(await rotateDueKeys(at(5_000))).toEqual([])
  })
})

describeOnEachDatabase("signing keys", (provider) => {
  const settings = () => ({ DATABASE_URL: config().databaseUrl })
  const deleteAll = async () =>
    deleteSigningKeys(
      (await listSigningKeys()).map(({ kid }) => kid),
      null,
    )

  afterEach(() => {
    vi.useRealTimers()
    forgetKeyRing()
  })

  test("cannot sign before they are made", async () => {
    await expect(getActiveKey("ES256")).rejects.toThrow("there is no active ES256 key")
    expect(await publicKeySet()).toEqual({ keys: [] })
  })

  test("are made once for each algorithm, however many ask at the same moment", async () => {
    await Promise.all([ensureSigningKeys(), ensureSigningKeys()])
    await ensureSigningKeys()
    expect((await listSigningKeys()).map(({ alg, generation }) => [alg, generation])).toEqual([
      ["ES256", 1],
      ["RS256", 1],
    ])
  })

  // On Postgres the connections of the test before have raced as two servers would.
  if (provider === "sqlite") {
    test("are made once by servers that start at the same moment", async () => {
      await deleteAll()
      const answers = await runInProcesses(2, "create the signing keys", { ...settings(), SECRET: testSecret })
      expect(answers[0]).toBe(answers[1])
      expect(await listSigningKeys()).toHaveLength(2)
    })
  }

  describe("once made,", () => {
    beforeAll(async () => {
      await deleteAll()
      await ensureSigningKeys()
    })

    test("are published without any private member", async () => {
      const { keys } = await publicKeySet()
      expect(keys.map(({ alg, use, kty }) => [alg, use, kty])).toEqual([
        ["ES256", "sig", "EC"],
        ["RS256", "sig", "RSA"],
      ])
      for (const jwk of keys) {
        for (const member of ["d", "p", "q", "dp", "dq", "qi", "oth", "k"]) expect(jwk).not.toHaveProperty(member)
        expect(jwk.kid).toMatch(/^[A-Za-z0-9_-]{22}$/)
      }
    })

    test("hold their private half encrypted", async () => {
      for (const { privateJwe, publicJwk } of await listSigningKeys()) {
        const [header = "", ...rest] = privateJwe.split(".")
        expect(JSON.parse(Buffer.from(header, "base64url").toString())).toEqual({ alg: "dir", enc: "A256GCM" })
        expect(rest).toHaveLength(4)
        expect(JSON.parse(publicJwk)).not.toHaveProperty("d")
      }
    })

    test("have 2,048 bits for RS256", async () => {
      const rsa = (await publicKeySet()).keys.find(({ alg }) => alg === "RS256")
      expect(Buffer.from(rsa?.n ?? "", "base64url")).toHaveLength(256)
    })

    test("are found by their id and algorithm together", async () => {
      const { kid } = await getActiveKey("ES256")
      expect(await findVerificationKey(kid, "ES256")).not.toBeNull()
      expect(await findVerificationKey(kid, "RS256")).toBeNull()
      expect(await findVerificationKey("unknown", "ES256")).toBeNull()
    })

    test("are not opened by another SECRET, and the error explains it", async () => {
      const before = settings()
      await closeDatabase()
      applySettings({ ...before, SECRET: "another secret of the unit tests, of no use" })
      for (const alg of signingAlgs) await expect(getActiveKey(alg)).rejects.toThrow(/^SECRET does not decrypt/)
      await closeDatabase()
      applySettings(before)
      await expect(getActiveKey("ES256")).resolves.toMatchObject({ alg: "ES256" })
    })
  })

  describe("when rotated,", () => {
    const stateByKid = async () =>
      Object.fromEntries((await describeSigningKeys()).map(({ kid, state }) => [kid, state]))
    const setTime = (now: Date) => vi.useFakeTimers({ toFake: ["Date"], now })

    test("another process sees it within five seconds", async () => {
      const before = await getActiveKey("ES256")
      const kid = await rotateUnseen(new Date())
      expect((await getActiveKey("ES256")).kid).toBe(before.kid)
      setTime(new Date(Date.now() + 5_000))
      expect((await getActiveKey("ES256")).kid).toBe(kid)
    })

    test("by two at the same time, one gets an error", async () => {
      const activeFrom = new Date()
      const results = await Promise.allSettled([1, 2].map(() => rotateSigningKey("ES256", { activeFrom })))
      const refused = results.filter(({ status }) => status === "rejected")
      // The two may also come after one another; there is one key of each generation either way.
      for (const result of refused) expect(String((result as PromiseRejectedResult).reason)).toContain("keys list")
      const generations = (await listSigningKeys()).filter(({ alg }) => alg === "ES256").map((k) => k.generation)
      expect(generations).toEqual([...new Set(generations)])
    })

    test("immediately, the earlier ones are withdrawn, and their signatures are no longer valid", async () => {
      const other = await getActiveKey("RS256")
      const leaked = (await listSigningKeys()).filter(({ alg }) => alg === "ES256").map(({ kid }) => kid)
      const { kid } = await rotateSigningKey("ES256", { activeFrom: new Date() })
      expect((await withdrawSigningKeys("ES256", kid)).sort()).toEqual([...leaked].sort())
      for (const old of leaked) expect(await findVerificationKey(old, "ES256")).toBeNull()
      expect((await getActiveKey("ES256")).kid).toBe(kid)
      expect((await publicKeySet()).keys.map((jwk) => jwk.kid)).toEqual([kid, other.kid])
    })

    test("one is published before it signs, signs at its time, and takes the place of the one before", async () => {
      await deleteAll()
      await ensureSigningKeys()
      const old = await getActiveKey("ES256")
      const activeFrom = new Date(Date.now() + 90_000)
      const next = await rotateSigningKey("ES256", { activeFrom })
      expect(next).toEqual({ kid: expect.any(String), alg: "ES256", activeFrom })

      expect(await stateByKid()).toMatchObject({ [old.kid]: "active", [next.kid]: "next" })
      expect((await getActiveKey("ES256")).kid).toBe(old.kid)
      expect((await publicKeySet()).keys.map(({ kid }) => kid)).toEqual(expect.arrayContaining([old.kid, next.kid]))

      setTime(activeFrom)
      expect(await stateByKid()).toMatchObject({ [old.kid]: "published", [next.kid]: "active" })
      expect((await getActiveKey("ES256")).kid).toBe(next.kid)
      expect(await findVerificationKey(old.kid, "ES256")).not.toBeNull()
      expect(await deleteRetiredKeys(new Date())).toBe(0)

      setTime(new Date(activeFrom.getTime() + (twoWeeks + 5) * 1000))
      expect(await stateByKid()).toMatchObject({ [old.kid]: "retired", [next.kid]: "active" })
      expect(await findVerificationKey(old.kid, "ES256")).toBeNull()
      expect((await publicKeySet()).keys.map(({ kid }) => kid)).not.toContain(old.kid)
      expect(await deleteRetiredKeys(new Date())).toBe(1)
      expect((await listSigningKeys()).map(({ alg, generation }) => [alg, generation])).toEqual([
        ["ES256", 2],
        ["RS256", 1],
      ])
    })
  })

  /** Rotates as another process would: what this one has read stays as it is. */
  async function rotateUnseen(activeFrom: Date): Promise<string> {
    const ring = keyRing.value
    const { kid } = await rotateSigningKey("ES256", { activeFrom })
    keyRing.value = ring
    return kid
  }
})
