import { expect, test } from "vitest"
import { generateId, generateTimeOrderedId, generateToken, hashToken } from "./random"

test("a token has 256 bits and an id has 128, in base64url", () => {
  expect(generateToken()).toMatch(/^[A-Za-z0-9_-]{43}$/)
  expect(generateId()).toMatch(/^[A-Za-z0-9_-]{22}$/)
})

test("no two are alike", () => {
  expect(new Set(Array.from({ length: 1000 }, generateToken)).size).toBe(1000)
  expect(new Set(Array.from({ length: 1000 }, generateId)).size).toBe(1000)
})

test("ids of one time begin alike, and no two are the same", () => {
  const at = new Date("2026-11-23T12:00:00Z")
  const ids = Array.from({ length: 1000 }, () => generateTimeOrderedId(at))
  expect(new Set(ids.map((id) => id.slice(0, 8)))).toEqual(new Set(["AaIIRv4A"]))
  expect(new Set(ids).size).toBe(1000)
  for (const id of ids) expect(id).toMatch(/^[A-Za-z0-9_-]{22}$/)
  // That of the next second is not far.
  expect(generateTimeOrderedId(new Date(at.getTime() + 1000)).slice(0, 5)).toBe("AaIIR")
})

test("a stored token is its SHA-256 in base64url", () => {
  // FIPS 180-2 appendix B.1
  expect(hashToken("abc")).toBe("ungWv48Bz-pBQUDeXa4iI7ADYaOWF3qctBD_YfIAFa0")
})
