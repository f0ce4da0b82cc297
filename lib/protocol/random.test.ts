import { expect, test } from "vitest"
import { generateId, generateToken, hashToken } from "./random"

test("a token has 256 bits and an id has 128, in base64url", () => {
  expect(generateToken()).toMatch(/^[A-Za-z0-9_-]{43}$/)
  expect(generateId()).toMatch(/^[A-Za-z0-9_-]{22}$/)
})

test("no two are alike", () => {
  expect(new Set(Array.from({ length: 1000 }, generateToken)).size).toBe(1000)
  expect(new Set(Array.from({ length: 1000 }, generateId)).size).toBe(1000)
})

test("a stored token is its SHA-256 in base64url", () => {
  // FIPS 180-2 appendix B.1
  expect(hashToken("abc")).toBe("ungWv48Bz-pBQUDeXa4iI7ADYaOWF3qctBD_YfIAFa0")
})
