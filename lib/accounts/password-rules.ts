import { dictionary } from "@zxcvbn-ts/language-common"
import { config } from "@/lib/config"
import type { ProblemKey } from "@/lib/i18n/texts"
import { isBreached } from "./breached-passwords"
import { toReadableEmail } from "./email-address"
import { hashPassword } from "./password"

const minCharacters = 8
const maxCharacters = 1024

let commonPasswords: Set<string> | undefined

function isCommon(password: string): boolean {
  commonPasswords ??= new Set(dictionary["passwords-common"] as string[])
  return commonPasswords.has(password.toLowerCase())
}

/**
 * Why a password cannot be chosen, or null when it can. Length and rarity decide, as NIST
 * SP 800-63B has it: no rules about kinds of characters. Characters are counted after NFC, as they are hashed.
 * @param email the User's, in its normal form
 */
export function findPasswordProblem(password: string, email: string): ProblemKey | null {
  const text = password.normalize("NFC")
  const { length } = [...text]
  if (length < minCharacters) return "problems.passwordTooShort"
  if (length > maxCharacters) return "problems.passwordTooLong"
  if (new Set(text).size === 1) return "problems.passwordOneCharacter"
  if (isCommon(text)) return "problems.passwordCommon"
  const lowerCase = text.toLowerCase()
  if ([email, toReadableEmail(email)].some((address) => lowerCase.includes(address))) {
    return "problems.passwordHasEmail"
  }
  const brand = config().BRAND_NAME.toLowerCase()
  if (brand.length >= 4 && withoutSpaces(lowerCase).includes(withoutSpaces(brand))) return "problems.passwordHasBrand"
  return null
}

/**
 * Hashes a password that a User chose, if it can be chosen and is not known from a data breach.
 * @param email the User's, in its normal form
 * @throws PasswordPoolBusyError
 */
export async function hashNewPassword(
  password: string,
  email: string,
): Promise<{ ok: true; passwordHash: string } | { ok: false; field: "password"; problem: ProblemKey }> {
  const breach = async () => ((await isBreached(password.normalize("NFC"))) ? "problems.passwordBreached" : null)
  const problem = findPasswordProblem(password, email) ?? (await breach())
  return problem ? { ok: false, field: "password", problem } : { ok: true, passwordHash: await hashPassword(password) }
}

const withoutSpaces = (text: string) => text.replaceAll(/\s/g, "")
