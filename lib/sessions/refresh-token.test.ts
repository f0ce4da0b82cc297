import { beforeEach, describe, expect, test } from "vitest"
import type { Session } from "@/lib/data/sessions"
import { generateId, generateToken, hashToken } from "@/lib/protocol/random"
import { parseRefreshToken } from "@/lib/protocol/session-token"
import { applySettings } from "@/lib/testing/settings"
import { deriveNextRefreshToken, findStanding, generateRefreshToken } from "./refresh-token"

beforeEach(() => {
  applySettings()
})

const id = generateId()
const nextOf = (token: string, rotation: number) =>
  deriveNextRefreshToken(token, { id, refreshTokenHash: null }, rotation)

/** The refresh tokens of a family in their order, the first one drawn and the others derived. */
function makeChain(rotations: number, first = generateRefreshToken(id)): string[] {
  const chain = [first]
  for (let i = 1; i <= rotations; i++) chain.push(nextOf(chain[i - 1] as string, i))
  return chain
}

/** What the Session's row holds when the last one of the chain is current. */
function sessionOf(chain: string[], rotations = chain.length - 1): Session {
  const [previous, current] = chain.length > 1 ? chain.slice(-2) : [null, chain[0]]
  return {
    id,
    refreshTokenHash: hashToken(current as string),
    previousRefreshTokenHash: previous ? hashToken(previous) : null,
    rotations,
  } as Session
}

describe("the next refresh token", () => {
  test("is the same each time that this one is presented, and has the Session's id and its own number", () => {
    const token = generateRefreshToken(id)
    const next = nextOf(token, 1)
    expect(nextOf(token, 1)).toBe(next)
    expect(parseRefreshToken(token)).toMatchObject({ sessionId: id, rotation: 0 })
    expect(parseRefreshToken(next)).toMatchObject({ sessionId: id, rotation: 1 })
  })

  test("is another one for another token, and no two of a chain are alike", () => {
    expect(nextOf(generateRefreshToken(id), 1)).not.toBe(nextOf(generateRefreshToken(id), 1))
    expect(new Set(makeChain(50)).size).toBe(51)
  })

  test("is another one under another SECRET: it cannot be computed from a stolen token", () => {
    const token = generateRefreshToken(id)
    const next = nextOf(token, 1)
    applySettings({ SECRET: "another secret of the unit tests, of no use" })
    expect(nextOf(token, 1)).not.toBe(next)
  })
})

describe("a presented refresh token is", () => {
  test("current when it is the last one", () => {
    for (const rotations of [0, 1, 5]) {
      const chain = makeChain(rotations)
      expect(findStanding(chain.at(-1) as string, sessionOf(chain))).toBe("current")
    }
  })

  test("previous when it is the one before", () => {
    for (const rotations of [1, 2, 5]) {
      const chain = makeChain(rotations)
      expect(findStanding(chain.at(-2) as string, sessionOf(chain))).toBe("previous")
    }
  })

  test("replayed when it is any older one of the family, back to the first", () => {
    const chain = makeChain(12)
    for (const old of chain.slice(0, -2)) expect(findStanding(old, sessionOf(chain))).toBe("replayed")
  })

  test("replayed however long ago it was current", () => {
    const [first = "", second = "", ...rest] = makeChain(4)
    for (const rotations of [6_000, 2_000_000_000]) {
      expect(findStanding(first, sessionOf(rest, rotations))).toBe("replayed")
      expect(findStanding(second, sessionOf(rest, rotations))).toBe("replayed")
    }
  })

  test("forged when it was never issued, though it names the Session and a rotation of it", () => {
    const [tag, foreign] = [generateId(), generateRefreshToken(generateId())]
    const [old = "", ...rest] = makeChain(12)
    const [, , secret = "", oldTag = ""] = old.split(".")
    for (const token of [
      `${id}.${generateToken()}`,
      `${id}.3.${generateToken()}.${tag}`,
      `${id}.3.${secret}.${oldTag}`,
      `${id}.0.${secret}.${tag}`,
      `${id}.${secret}`,
      `${id}.0.${secret}`,
      `${id}.0.${generateToken()}.${oldTag}`,
      foreign.replace(/^[^.]+/, id),
      "nothing of the kind",
    ]) {
      expect(findStanding(token, sessionOf([old, ...rest])), token).toBe("forged")
    }
  })

  test("forged when it is one that is still to come", () => {
    const chain = makeChain(3)
    expect(findStanding(nextOf(chain.at(-1) as string, 4), sessionOf(chain))).toBe("forged")
  })

  test("forged when the Session never had a refresh token", () => {
    const session = { id, refreshTokenHash: null, previousRefreshTokenHash: null, rotations: 0 } as Session
    expect(findStanding(generateRefreshToken(id), session)).toBe("forged")
  })

  test("current even under another SECRET, which derives another next one", () => {
    const chain = makeChain(2)
    const session = sessionOf(chain)
    applySettings({ SECRET: "another secret of the unit tests, of no use" })
    expect(findStanding(chain[2] as string, session)).toBe("current")
    expect(findStanding(chain[1] as string, session)).toBe("previous")
    expect(findStanding(chain[0] as string, session)).toBe("forged")
  })

  test("current, previous or forged, but never replayed, when version 0.1 issued it", () => {
    const first = `${id}.${generateToken()}`
    expect(findStanding(first, sessionOf([first], 7))).toBe("current")
    const next = nextOf(first, 8)
    expect(findStanding(first, sessionOf([first, next], 8))).toBe("previous")
    expect(findStanding(first, sessionOf([first, next, nextOf(next, 9)], 9))).toBe("forged")
    expect(findStanding(next, sessionOf([next, nextOf(next, 9), nextOf("x", 10)], 10))).toBe("replayed")
  })
})
