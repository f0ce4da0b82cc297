import { currentTime } from "@/lib/clock"
import { config } from "@/lib/config"
import type { Source } from "@/lib/data/audit-events"
import { findUserByEmail, insertUserByLink, type User } from "@/lib/data/users"
import type { Locale } from "@/lib/i18n/locales"
import type { ProblemKey } from "@/lib/i18n/texts"
import { generateId, hashToken } from "@/lib/protocol/random"
import { makeBrowserSession, type NewBrowserSession } from "@/lib/sessions/browser-sessions"
import { findEmailProblem, normalizeEmail, toReadableEmail } from "./email-address"
import { countLinkUse, countMailRequest, findLink, issueLink } from "./email-links"
import { hashNewPassword } from "./password-rules"
import { localeOf, parseNewUser, type UserProblem } from "./users"

// Where this server has e-mail, signing up begins with the address alone. The User is created when its owner has opened the
// link, so that no one can create a User with another person's address, or find out whether there is one.

/**
 * Sends a link to finish signing up. The answer and the work are the same for an address that has a User: the e-mail says so.
 * @returns why nothing was sent, as `requestPasswordReset`
 */
export async function requestSignUp(asked: {
  email: string
  address: string
  locale: Locale
  stateToken: string | null
}): Promise<{ ok: true } | { ok: false; problem: ProblemKey } | { ok: false; waitSeconds: number }> {
  const email = normalizeEmail(asked.email)
  if (email === null) return { ok: false, problem: findEmailProblem(asked.email) }
  const { waitSeconds, maySend } = await countMailRequest("sign_up", email, asked.address)
  if (waitSeconds > 0) return { ok: false, waitSeconds }
  if (!maySend) return { ok: true }
  const user = await findUserByEmail(email)
  const target = { purpose: "sign_up", userId: null, email, stateToken: asked.stateToken } as const
  await issueLink(target, (link) =>
    user
      ? { to: email, locale: localeOf(user, asked.locale), kind: "signUpTaken", link: `${config().issuer}/sign-in` }
      : { to: email, locale: asked.locale, kind: "signUp", link },
  )
  return { ok: true }
}

/** Finds the address of a link to finish signing up, as the page shows it; null for a link that cannot be used. */
export async function findSignUpLink(token: string): Promise<{ email: string; stateToken: string | null } | null> {
  const link = await findLink(token, "sign_up")
  return link && { email: toReadableEmail(link.email), stateToken: link.stateToken }
}

/**
 * Consumes a link to finish signing up, and creates the User, with a verified address and signed in, in the same commit.
 * @param facts.previousToken the BrowserSession cookie that the browser had: that session ends
 * @returns why the User cannot be created, the seconds to wait after too many attempts, or null when the link cannot be used
 * @throws PasswordPoolBusyError
 */
export async function finishSignUp(
  token: string,
  facts: { name: string; password: string; locale: Locale; previousToken: string | null; source: Source },
): Promise<
  | { ok: true; user: User; stateToken: string | null; browserSession: NewBrowserSession }
  | UserProblem
  | { ok: false; waitSeconds: number }
  | null
> {
  const link = await findLink(token, "sign_up")
  if (!link) return null
  const parsed = parseNewUser({ email: link.email, name: facts.name, password: facts.password })
  if (!parsed.ok) return parsed
  const { email, name } = parsed
  const waitSeconds = await countLinkUse(facts.source)
  if (waitSeconds > 0) return { ok: false, waitSeconds }
  const { browserSession, start } = makeBrowserSession(facts.previousToken, currentTime(), {
    source: facts.source,
    kind: "signed_up",
  })
  const hashed = await hashNewPassword(facts.password, email)
  if (!hashed.ok) return hashed
  const emailVerifiedAt = currentTime()
  const created = {
    id: generateId(),
    email,
    emailVerifiedAt,
    name,
    passwordHash: hashed.passwordHash,
    locale: facts.locale,
  }
  const user = await insertUserByLink(hashToken(token), created, start)
  return user && { ok: true, user, stateToken: link.stateToken, browserSession }
}
