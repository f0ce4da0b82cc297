import { domainToASCII, domainToUnicode } from "node:url"
import type { ProblemKey } from "@/lib/i18n/texts"

/** RFC 5321 section 4.5.3.1. A path of 256 characters has two for its brackets. */
const maxLocalLength = 64
const maxLength = 254

// What a browser's e-mail field accepts: https://html.spec.whatwg.org/multipage/input.html#valid-e-mail-address
const localSyntax = /^[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+$/
const domainLabel = "[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
const domainSyntax = new RegExp(`^${domainLabel}(?:\\.${domainLabel})*$`)

/**
 * The one form in which an email address is stored and looked up: lower-case, an internationalised domain in ASCII.
 * docs/decisions/022 explains which addresses are accepted.
 * @returns null when the text is not an email address
 */
export function normalizeEmail(text: string): string | null {
  const { local, domain } = split(text)
  const email = `${local.toLowerCase()}@${domain}`
  const fits = local.length <= maxLocalLength && email.length <= maxLength
  return fits && localSyntax.test(local) && domainSyntax.test(domain) ? email : null
}

/** The addresses that version 0.1 stored, in lower case: printable ASCII, with an @. */
const storedSyntax = /^[!-~]+@[!-~]+$/

/**
 * The form to look a User up by. It is the normal form, or that of version 0.1 for an address that is no longer accepted,
 * such as a@b-.example, so that its owner can sign in.
 * @returns null when no User can have the address
 */
export function toLookupEmail(text: string): string | null {
  const stored = text.trim().toLowerCase()
  return normalizeEmail(text) ?? (stored.length <= maxLength && storedSyntax.test(stored) ? stored : null)
}

/** Why `normalizeEmail` refuses a text. */
export function findEmailProblem(text: string): ProblemKey {
  const { local, domain } = split(text)
  if (!local || !domainSyntax.test(domain)) return "problems.emailInvalid"
  return localSyntax.test(local) ? "problems.emailTooLong" : "problems.emailLocalInvalid"
}

/** The address for display: an internationalised domain in Unicode instead of Punycode. */
export function toReadableEmail(email: string): string {
  const { local, domain } = split(email)
  return `${local}@${domainToUnicode(`${domain}.x`).slice(0, -2) || domain}`
}

function split(text: string): { local: string; domain: string } {
  const address = text.trim()
  const at = address.lastIndexOf("@")
  return { local: address.slice(0, Math.max(at, 0)), domain: toAsciiDomain(address.slice(at + 1)) }
}

/**
 * `domainToASCII` parses its input like the host of a URL. So characters with a meaning in URLs are rejected first, and a
 * label is appended, because it would read digits as an IPv4 address.
 */
function toAsciiDomain(domain: string): string {
  if (/^\p{ASCII}*$/u.test(domain)) return domain.toLowerCase()
  return /[^\P{ASCII}A-Za-z0-9.-]/u.test(domain) ? "" : domainToASCII(`${domain}.x`).slice(0, -2)
}
