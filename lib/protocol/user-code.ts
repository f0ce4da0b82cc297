import { randomInt } from "node:crypto"

/** RFC 8628 section 6.1: letters without vowels make no words, and none looks like a digit. 20 of them. */
const letters = "BCDFGHJKLMNPQRSTVWXZ"

const length = 8

/** A code that a person types: 34 bits, for ten minutes and a limited number of attempts. */
export function generateUserCode(): string {
  return Array.from({ length }, () => letters[randomInt(letters.length)]).join("")
}

/** With a hyphen in the middle, for people: `WDJB-MJHT`. */
export const formatUserCode = (userCode: string) => `${userCode.slice(0, 4)}-${userCode.slice(4)}`

/** What a person typed, however they wrote it. @returns null when it cannot be a code */
export function parseUserCode(typed: string): string | null {
  const code = typed.toUpperCase().replace(/[^A-Z]/g, "")
  return code.length === length && [...code].every((letter) => letters.includes(letter)) ? code : null
}
