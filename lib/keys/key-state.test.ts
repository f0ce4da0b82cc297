import { beforeEach, describe, expect, test } from "vitest"
import type { SigningKeyRecord } from "@/lib/data/signing-keys"
import { applySettings } from "@/lib/testing/settings"
import { stateOf } from "./key-state"

const twoWeeks = 14 * 24 * 60 * 60
const at = (seconds: number) => new Date(seconds * 1000)
type Key = Pick<SigningKeyRecord, "alg" | "generation" | "activeFrom">
const key = (generation: number, activeFrom: number, alg: Key["alg"] = "ES256"): Key => ({
  alg,
  generation,
  activeFrom: at(activeFrom),
})

describe("a key is", () => {
  const [first, second] = [key(1, 0), key(2, 1000)]
  const stateAt = (seconds: number, record: Key, all = [first, second]) => stateOf(record, all, at(seconds))

  beforeEach(() => {
    applySettings()
  })

  test("next until its time has come, then active", () => {
    expect(stateAt(999, second)).toBe("next")
    expect(stateAt(1000, second)).toBe("active")
    expect(stateAt(100_000_000, second)).toBe("active")
  })

  test("active immediately when it is the first, whatever the clock of the machine that created it", () => {
    const all = [key(1, 1000)]
    expect(stateAt(0, key(1, 1000), all)).toBe("active")
  })

  test("active until a later one is", () => {
    expect(stateAt(0, first)).toBe("active")
    expect(stateAt(999, first)).toBe("active")
    expect(stateAt(1000, first)).toBe("published")
  })

  test("published for as long as a browser stays signed in and a moment, so that an old ID token is still valid as a hint", () => {
    expect(stateAt(1000 + twoWeeks, first)).toBe("published")
    expect(stateAt(1000 + twoWeeks + 5, first)).toBe("retired")
  })

  test("published from its first successor on, not from its last", () => {
    const all = [first, second, key(3, 1000 + twoWeeks)]
    expect(stateAt(1000 + twoWeeks + 5, first, all)).toBe("retired")
    expect(stateAt(1000 + twoWeeks + 5, second, all)).toBe("published")
  })

  test("not touched by a key of another algorithm", () => {
    expect(stateAt(5000, first, [first, key(2, 1000, "RS256")])).toBe("active")
  })

  test("the only active one, even when a later generation begins earlier", () => {
    const all = [key(1, 0), key(2, 2000), key(3, 1000)]
    for (const seconds of [0, 999, 1000, 1999, 2000, 3000]) {
      expect(all.filter((record) => stateAt(seconds, record, all) === "active")).toHaveLength(1)
    }
  })
})
