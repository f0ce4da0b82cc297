import { dictionary } from "@zxcvbn-ts/language-common"
import { toReadableEmail } from "./email-address"

const minCharacters = 8
const maxCharacters = 1024

let commonPasswords: Set<string> | undefined

function isCommon(password: string): boolean {
  commonPasswords ??= new Set(dictionary["passwords-common"] as string[])
  return commonPasswords.has(password.toLowerCase())
}

/**
 * Why a password cannot be chosen, as a sentence for the person, or null when it can. Length and rarity decide, as NIST
 * SP 800-63B has it: no rules about kinds of characters. Characters are counted after NFC, as they are hashed.
 * @param email the User's, in its normal form
 */
export function findPasswordProblem(password: string, email: string): string | null {
  const text = password.normalize("NFC")
  const { length } = [...text]
  if (length < minCharacters) return `Use at least ${minCharacters} characters.`
  if (length > maxCharacters) return "Use a shorter password (at most 1,024 characters)."
  if (new Set(text).size === 1) return "Don't use the same character throughout."
  if (isCommon(text)) return "This is one of the most common passwords; attackers try those first. Choose another."
  const lowerCase = text.toLowerCase()
  if ([email, toReadableEmail(email)].some((address) => lowerCase.includes(address))) {
    return "Your email address is easy to guess. Choose a password that does not contain it."
  }
  return null
}
