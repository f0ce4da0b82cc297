import { dictionary } from "@zxcvbn-ts/language-common"

const minCharacters = 8
const maxBytes = 1024

let commonPasswords: Set<string> | undefined

function isCommon(password: string): boolean {
  commonPasswords ??= new Set(dictionary["passwords-common"] as string[])
  return commonPasswords.has(password.toLowerCase())
}

/**
 * Why a password cannot be chosen, as a sentence for the person, or null when it can. Length and rarity are all that
 * counts, as NIST SP 800-63B has it: no rules about kinds of characters.
 */
export function findPasswordProblem(password: string): string | null {
  if ([...password].length < minCharacters) return `Use at least ${minCharacters} characters.`
  if (Buffer.byteLength(password, "utf8") > maxBytes) return "Use at most 1,024 bytes, which is 1,024 plain letters."
  if (new Set(password).size === 1) return "Use more than one character, not the same one repeated."
  if (isCommon(password))
    return "This password is among the most common ones, which attackers try first. Choose another."
  return null
}
