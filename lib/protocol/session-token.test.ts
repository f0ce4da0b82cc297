import { describe, expect, test } from "vitest"
import { generateId, generateToken } from "./random"
import { formatAuthCode, parseAuthCode, parseRefreshToken } from "./session-token"

const sessionId = generateId()
const secret = "a".repeat(43)
const tag = "t".repeat(22)

describe("an auth code", () => {
  test("names its Session", () => {
    expect(parseAuthCode(formatAuthCode(sessionId, generateToken()))).toEqual({ sessionId })
  })

  test.each([
    "",
    ".",
    sessionId,
    `${sessionId}.`,
    `.${secret}`,
    `${sessionId}.${"a".repeat(42)}`,
    `${sessionId}.${"a".repeat(44)}`,
    `${sessionId}a.${secret}`,
    `${sessionId}.${secret}.x`,
    `${sessionId}.0.${secret}.${tag}`,
    `${sessionId}.${"a".repeat(42)}=`,
    `${sessionId}.${secret}\n`,
    ` ${sessionId}.${secret}`,
    "eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiJ4In0.c2lnbmF0dXJl",
  ])("cannot be %j", (text) => {
    expect(parseAuthCode(text)).toBeNull()
  })
})

describe("a refresh token", () => {
  test("names its Session, its rotation and its tag", () => {
    for (const rotation of [0, 9, 123_456_789_012_345]) {
      const tagged = `${sessionId}.${rotation}.${secret}`
      expect(parseRefreshToken(`${tagged}.${tag}`)).toEqual({ sessionId, rotation, tagged, tag })
    }
  })

  test("of version 0.1 has no rotation and no tag", () => {
    const tagged = `${sessionId}.${secret}`
    expect(parseRefreshToken(tagged)).toEqual({ sessionId, rotation: 0, tagged, tag: "" })
  })

  test.each([
    "",
    sessionId,
    `${sessionId}.01.${secret}.${tag}`,
    `${sessionId}.-1.${secret}.${tag}`,
    `${sessionId}.1e3.${secret}.${tag}`,
    `${sessionId}.1234567890123456.${secret}.${tag}`,
    `${sessionId}..${secret}.${tag}`,
    `${sessionId}.1.${secret}.${tag}x`,
    `${sessionId}.1.${secret}.${tag}\n`,
    `${sessionId}.1.${secret}.${tag}.x`,
    `${sessionId}.1.${secret.slice(1)}.${tag}`,
    "eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiJ4In0.c2lnbmF0dXJl",
  ])("cannot be %j", (text) => {
    expect(parseRefreshToken(text)).toBeNull()
  })
})
