import { describe, expect, test } from "vitest"
import { generateId, generateToken } from "./random"
import { formatSessionToken, parseSessionToken } from "./session-token"

const sessionId = generateId()

describe("an auth code or refresh token", () => {
  test("names its Session", () => {
    expect(parseSessionToken(formatSessionToken(sessionId, generateToken()))).toEqual({ sessionId })
  })

  test.each([
    "",
    ".",
    sessionId,
    `${sessionId}.`,
    `.${"a".repeat(43)}`,
    `${sessionId}.${"a".repeat(42)}`,
    `${sessionId}.${"a".repeat(44)}`,
    `${sessionId}a.${"a".repeat(43)}`,
    `${sessionId}.${"a".repeat(43)}.x`,
    `${sessionId}.${"a".repeat(42)}=`,
    `${sessionId}.${"a".repeat(43)}\n`,
    ` ${sessionId}.${"a".repeat(43)}`,
    "eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiJ4In0.c2lnbmF0dXJl",
  ])("cannot be %j", (text) => {
    expect(parseSessionToken(text)).toBeNull()
  })
})
