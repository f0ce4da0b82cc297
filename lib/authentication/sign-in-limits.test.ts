import pg from "pg"
import { afterEach, beforeEach, expect, test, vi } from "vitest"
import { addressKey } from "@/lib/accounts/address-key"
import { config } from "@/lib/config"
import { database } from "@/lib/data/database"
import { describeOnEachDatabase } from "@/lib/testing/database"
import * as limits from "./sign-in-limits"
import { countSignUp, refundSignUp } from "./sign-in-limits"

const withKey =
  <Result>(act: (key: limits.AttemptKey) => Promise<Result>) =>
  async (email: string, address: string, device: string | null = null) =>
    act(await limits.findAttemptKey(email, address, device))
const countAttempt = withKey(limits.countAttempt)
const forgiveAttempt = withKey(limits.forgiveAttempt)
const refundAttempt = withKey(limits.refundAttempt)

const settings = {
  SIGN_IN_ATTEMPTS_PER_ACCOUNT: "12",
  SIGN_IN_ATTEMPTS_PER_ADDRESS: "15",
  SIGN_IN_WINDOW_SECONDS: "60",
}

test.each([
  ["192.0.2.1", "192.0.2.1"],
  ["unknown", "unknown"],
  ["2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"],
  ["2001:DB8:1:2::", "2001:db8:1:2::/64"],
  ["2001:0db8:0001:0002:0000:0000:0000:0001", "2001:db8:1:2::/64"],
  ["2001:db8::1", "2001:db8:0:0::/64"],
  ["::1", "0:0:0:0::/64"],
  ["::", "0:0:0:0::/64"],
  ["fe80::1:2:3:4", "fe80:0:0:0::/64"],
  ["1:2:3:4:5:6:7::", "1:2:3:4::/64"],
])("attempts from %s are counted under %s", (address, key) => {
  expect(addressKey(address)).toBe(key)
})

describeOnEachDatabase(
  "attempts to sign in",
  (provider) => {
    let address: string
    let email: string
    let run = 0
    beforeEach(() => {
      run++
      address = `192.0.2.${run}`
      email = `user${run}@example.com`
    })
    afterEach(() => {
      vi.useRealTimers()
    })

    async function countMany(times: number, account = email, from = address) {
      const answers = []
      for (let i = 0; i < times; i++) answers.push(await countAttempt(account, from))
      return answers
    }

    test("cost nothing three times; then a failure is answered later and later, up to two seconds", async () => {
      expect((await countMany(12)).map(({ delayMs }) => delayMs)).toEqual([
        0, 0, 0, 250, 500, 750, 1000, 1250, 1500, 1750, 2000, 2000,
      ])
    })

    test("are refused beyond the account's limit, from any address, until the window ends", async () => {
      for (const { waitSeconds } of await countMany(12)) expect(waitSeconds).toBe(0)
      const refused = await countAttempt(email, "198.51.100.1")
      expect(refused.waitSeconds).toBeGreaterThan(50)
      expect(refused.waitSeconds).toBeLessThanOrEqual(60)
    })

    test("are refused beyond the address's limit, for any account, which then is not counted", async () => {
      for (let i = 0; i < 15; i++) {
        expect((await countAttempt(`${i}-${email}`, address)).waitSeconds).toBe(0)
      }
      for (let i = 0; i < 20; i++) expect((await countAttempt(email, address)).waitSeconds).toBeGreaterThan(0)
      expect(await countAttempt(email, "198.51.100.2")).toEqual({ waitSeconds: 0, delayMs: 0 })
    })

    test("of another account and another address are not counted", async () => {
      await countMany(14)
      expect(await countAttempt(`other-${email}`, "198.51.100.3")).toEqual({ waitSeconds: 0, delayMs: 0 })
    })

    test("are counted when they are sent in parallel", async () => {
      const answers = await Promise.all(Array.from({ length: 20 }, () => countAttempt(email, address)))
      expect(answers.filter(({ waitSeconds }) => waitSeconds === 0)).toHaveLength(12)
    })

    test("start from zero when the window has ended", async () => {
      await countMany(13)
      vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + 61_000 })
      expect(await countAttempt(email, address)).toEqual({ waitSeconds: 0, delayMs: 0 })
    })

    test("that succeed reset the account's count and are not counted for the address", async () => {
      await countMany(5)
      await forgiveAttempt(email, address)
      expect(await countAttempt(email, address)).toEqual({ waitSeconds: 0, delayMs: 0 })
      // Four failures and the last attempt; the fifth was taken back.
      const left = Array.from({ length: 10 }, (_, i) => countAttempt(`${i}-${email}`, address))
      for (const { waitSeconds } of await Promise.all(left)) expect(waitSeconds).toBe(0)
      expect((await countAttempt(`x-${email}`, address)).waitSeconds).toBeGreaterThan(0)
    })

    test("from a browser that has signed in before have a count of their own, for that account only", async () => {
      const device = await limits.rememberDevice(null, email)
      const { SIGN_IN_ATTEMPTS_PER_ACCOUNT: limit } = config()
      await countMany(limit + 1)
      expect((await countAttempt(email, "198.51.100.4")).waitSeconds).toBeGreaterThan(0)
      for (let i = 0; i < limit; i++)
        expect((await countAttempt(email, `198.51.100.${20 + i}`, device)).waitSeconds).toBe(0)
      expect((await countAttempt(email, "198.51.100.5", device)).waitSeconds).toBeGreaterThan(0)
      // Another browser that knows the account is not affected, and the cookie helps with no other account.
      const other = await limits.rememberDevice(null, email)
      expect((await countAttempt(email, "198.51.100.6", other)).waitSeconds).toBe(0)
      expect((await limits.findAttemptKey(`other-${email}`, address, device)).kind).toBe("account")
      expect((await limits.findAttemptKey(email, address, "forged")).kind).toBe("account")
    })

    test("from a browser of several people: it remembers the last five", async () => {
      let device: string | null = null
      for (let i = 0; i < 6; i++) device = await limits.rememberDevice(device, `${i}-${email}`)
      const kinds = await Promise.all(
        Array.from({ length: 6 }, async (_, i) => (await limits.findAttemptKey(`${i}-${email}`, address, device)).kind),
      )
      expect(kinds).toEqual(["account", ...Array.from({ length: 5 }, () => "known-device")])
    })

    test("that were not checked are not counted", async () => {
      for (let i = 0; i < 20; i++) {
        expect(await countAttempt(email, address)).toEqual({ waitSeconds: 0, delayMs: 0 })
        await refundAttempt(email, address)
      }
    })

    test("to sign up are limited by address, separately from sign-ins", async () => {
      for (let i = 0; i < 15; i++) expect(await countSignUp(address)).toBe(0)
      expect(await countSignUp(address)).toBeGreaterThan(0)
      for (let i = 0; i < 15; i++) expect((await countAttempt(`${i}-${email}`, address)).waitSeconds).toBe(0)
      expect((await countAttempt(email, address)).waitSeconds).toBeGreaterThan(0)
    })

    test("to sign up that were not checked are not counted", async () => {
      for (let i = 0; i < 20; i++) {
        expect(await countSignUp(address)).toBe(0)
        await refundSignUp(address)
      }
    })

    test("from the addresses of one IPv6 /64 are counted together", async () => {
      for (let i = 0; i < 15; i++) expect(await countSignUp(`2001:db8:${run}:1::${i}`)).toBe(0)
      expect(await countSignUp(`2001:db8:${run}:1:ffff::1`)).toBeGreaterThan(0)
      expect(await countSignUp(`2001:db8:${run}:2::1`)).toBe(0)
    })

    test("are written down without the email address, and with the end of their window", async () => {
      const before = Date.now()
      await countAttempt("grace@example.com", "203.0.113.9")
      const rows = await (await database()).signInLimit.findMany()
      expect(JSON.stringify(rows.map(({ key, points }) => [key, points]))).not.toContain("grace")
      const row = rows.find(({ key }) => key.includes("203.0.113.9"))
      expect(row?.points).toBe(1)
      expect(Number(row?.expire)).toBeGreaterThanOrEqual(before + 60_000)
      expect(Number(row?.expire)).toBeLessThanOrEqual(Date.now() + 60_000)
    })

    if (provider === "postgres") {
      test("are counted on after the database has ended their connections", async () => {
        await countMany(2)
        const client = new pg.Client({ connectionString: config().databaseUrl })
        await client.connect()
        await client.query(
          "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()",
        )
        await client.end()
        await new Promise((resolve) => setTimeout(resolve, 50))
        expect((await countAttempt(email, address)).waitSeconds).toBe(0)
      })
    }
  },
  settings,
)
