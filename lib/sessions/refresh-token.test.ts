import { beforeEach, describe, expect, test } from "vitest"
import type { Session } from "@/lib/data/sessions"
import { generateId, generateToken, hashToken } from "@/lib/protocol/random"
import { formatSessionToken, parseSessionToken } from "@/lib/protocol/session-token"
import { applySettings } from "@/lib/testing/settings"
import { deriveNextRefreshToken, findStanding } from "./refresh-token"

beforeEach(() => {
  applySettings()
})

const sessionId = generateId()
const newRefreshToken = () => formatSessionToken(sessionId, generateToken())

/** The refresh tokens of a family in their order, the first one drawn and the others derived. */
function makeChain(rotations: number): string[] {
  const chain = [newRefreshToken()]
  for (let i = 0; i < rotations; i++) chain.push(deriveNextRefreshToken(chain[i] as string))
  return chain
}

/** What the Session's row holds when the last one of the chain is current. */
function sessionOf(chain: string[]): Session {
  const [previous, current] = chain.length > 1 ? chain.slice(-2) : [null, chain[0]]
  return {
    id: sessionId,
    refreshTokenHash: hashToken(current as string),
    previousRefreshTokenHash: previous ? hashToken(previous) : null,
    rotations: chain.length - 1,
  } as Session
}

describe("the next refresh token", () => {
  test("is the same for everybody who presents this one, and is of the same Session", () => {
    const token = newRefreshToken()
    const next = deriveNextRefreshToken(token)
    expect(deriveNextRefreshToken(token)).toBe(next)
    expect(parseSessionToken(next)).toEqual({ sessionId })
    expect(next).not.toBe(token)
  })

  test("is another one for another token, and no two of a chain are alike", () => {
    expect(deriveNextRefreshToken(newRefreshToken())).not.toBe(deriveNextRefreshToken(newRefreshToken()))
    expect(new Set(makeChain(50)).size).toBe(51)
  })

  test("is another one under another SECRET: a stolen token alone does not tell it", () => {
    const token = newRefreshToken()
    const next = deriveNextRefreshToken(token)
    applySettings({ SECRET: "another secret of the unit tests, of no use" })
    expect(deriveNextRefreshToken(token)).not.toBe(next)
  })
})

describe("a presented refresh token is", () => {
  test("current when it is the one that counts", () => {
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

  test("forged when it was never of the family, though it names the Session", () => {
    for (const rotations of [0, 1, 12]) {
      expect(findStanding(newRefreshToken(), sessionOf(makeChain(rotations)))).toBe("forged")
    }
  })

  test("forged when it is one that is still to come", () => {
    const chain = makeChain(3)
    expect(findStanding(deriveNextRefreshToken(chain.at(-1) as string), sessionOf(chain))).toBe("forged")
  })

  test("forged when the Session never had a refresh token", () => {
    const session = { id: sessionId, refreshTokenHash: null, previousRefreshTokenHash: null, rotations: 0 } as Session
    expect(findStanding(newRefreshToken(), session)).toBe("forged")
  })

  test("current even under another SECRET, which derives another next one", () => {
    const chain = makeChain(2)
    const session = sessionOf(chain)
    applySettings({ SECRET: "another secret of the unit tests, of no use" })
    expect(findStanding(chain[2] as string, session)).toBe("current")
    expect(findStanding(chain[1] as string, session)).toBe("previous")
    expect(findStanding(chain[0] as string, session)).toBe("forged")
  })

  test("looked for 5,000 rotations back and no further, so that no answer takes long", () => {
    const chain = makeChain(5_001)
    expect(findStanding(chain[1] as string, sessionOf(chain))).toBe("replayed")
    expect(findStanding(chain[0] as string, sessionOf(chain))).toBe("forged")
  })
})
