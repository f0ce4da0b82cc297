import bcrypt from "bcryptjs"
import type { Tinypool } from "tinypool"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { perProcess } from "@/lib/per-process"
import { applySettings } from "@/lib/testing/settings"
import { closePasswordPool, hashPassword, PasswordPoolBusyError, preHash, verifyPassword } from "./password"

/** How many computations the worker threads have done. */
const workDone = () => perProcess<Tinypool>("password pool").value?.completed ?? 0

describe("what bcrypt sees of a password", () => {
  test("is its HMAC-SHA-256 under the key of this purpose, which never changes", () => {
    expect(preHash("correct horse battery staple")).toBe("1qyLEl1LY2SInuisL1G4ebIyK+OI8Axhq2K2Cu8roPw=")
  })

  test("has fewer than the 72 bytes that bcrypt reads, and no NUL, whatever the password", () => {
    for (const password of ["", "a", "\0", "a".repeat(1024), "\u{1f600}".repeat(256)]) {
      expect(preHash(password)).toMatch(/^[A-Za-z0-9+/]{43}=$/)
    }
  })

  test("differs with every byte, beyond the 72nd and behind a NUL too", () => {
    const passwords = [
      "a",
      "A",
      " a",
      "a ",
      "a\0",
      "a\0b",
      "a\0c",
      "a".repeat(72),
      "a".repeat(73),
      `${"a".repeat(72)}b`,
      `${"a".repeat(1023)}b`,
      "a".repeat(1024),
      "\u00e9",
    ]
    expect(new Set(passwords.map(preHash)).size).toBe(passwords.length)
  })
})

describe("a stored password", () => {
  const password = "correct horse battery staple"
  let hash: string

  beforeAll(async () => {
    applySettings()
    hash = await hashPassword(password)
  })
  afterAll(() => closePasswordPool())

  test("is bcrypt at cost 12 over the pre-hash, computed in a worker thread", () => {
    expect(hash).toMatch(/^\$2[ab]\$12\$.{53}$/)
    expect(workDone()).toBe(1)
    expect(bcrypt.getRounds(hash)).toBe(12)
  })

  test("is verified in a worker thread, while this thread goes on", async () => {
    const before = workDone()
    let turns = 0
    const timer = setInterval(() => turns++, 5)
    expect(await verifyPassword(password, hash)).toBe(true)
    clearInterval(timer)
    expect(turns).toBeGreaterThan(5)
    expect(workDone()).toBe(before + 1)
  })

  test("is another hash each time", async () => {
    expect(await hashPassword(password)).not.toBe(hash)
  })

  test("is not matched by any other spelling", async () => {
    for (const other of [`${password} `, password.toUpperCase()]) expect(await verifyPassword(other, hash)).toBe(false)
  })

  test("is the same however its accents are encoded", async () => {
    const composed = "\u00e9 \u00f1 \uac00 \u212b"
    const stored = await hashPassword(composed.normalize("NFD"))
    for (const typed of [composed, composed.normalize("NFC"), composed.normalize("NFD")]) {
      expect(await verifyPassword(typed, stored)).toBe(true)
    }
    // Compatibility forms are other characters, as RFC 8265 has it.
    expect(await verifyPassword("fix", await hashPassword("\ufb01x"))).toBe(false)
  })

  test("that version 0.1 hashed as it was typed is matched by the same characters", async () => {
    const typed = "cre\u0300me bru\u0302le\u0301e"
    const stored = await bcrypt.hash(preHash(typed), 4)
    expect(await verifyPassword(typed, stored)).toBe(true)
    expect(await verifyPassword(typed.normalize("NFC"), stored)).toBe(false)
  })

  test.each([
    [password, 1],
    ["cre\u0300me bru\u0302le\u0301e", 2],
  ])("of no user is not matched either, after the same work as the wrong password %j", async (typed, work) => {
    for (const stored of [null, hash]) {
      const before = workDone()
      expect(await verifyPassword(stored ? `${typed}!` : typed, stored)).toBe(false)
      expect(workDone()).toBe(before + work)
    }
  })
})

describe("when every worker is busy and the queue is full", () => {
  beforeAll(async () => {
    await closePasswordPool()
    applySettings({ PASSWORD_WORKERS: "1", PASSWORD_QUEUE: "1" })
  })
  afterAll(() => closePasswordPool())

  test("a password is refused immediately, and waiting ones are still checked", async () => {
    const results = await Promise.allSettled(Array.from({ length: 5 }, () => verifyPassword("x", null)))
    const refused = results.filter(({ status }) => status === "rejected") as PromiseRejectedResult[]
    expect(refused.length).toBeGreaterThanOrEqual(3)
    for (const { reason } of refused) expect(reason).toBeInstanceOf(PasswordPoolBusyError)
    const checked = results.filter(({ status }) => status === "fulfilled") as PromiseFulfilledResult<boolean>[]
    expect(checked.map(({ value }) => value)).toEqual(Array(5 - refused.length).fill(false))
    expect(checked.length).toBeGreaterThanOrEqual(1)
  })

  test("the next one is accepted when that is over", async () => {
    expect(await verifyPassword("x", null)).toBe(false)
  })
})
