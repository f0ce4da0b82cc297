import { currentTime } from "@/lib/clock"
import { config } from "@/lib/config"
import type { EmailLink } from "@/lib/data/email-links"
import type { Device } from "@/lib/data/security-events"
import { findUser, findUserByEmail, resetPasswordByLink, type User } from "@/lib/data/users"
import type { Locale } from "@/lib/i18n/locales"
import type { ProblemKey } from "@/lib/i18n/texts"
import type { Letter } from "@/lib/mail/content"
import { prepareMail, sendMailInBackground } from "@/lib/mail/outbox"
import { hashToken } from "@/lib/protocol/random"
import { toLookupEmail, toReadableEmail } from "./email-address"
import { countMailRequest, findLink, issueLink } from "./email-links"
import { hashPassword } from "./password"
import { findPasswordProblem } from "./password-rules"
import { localeOf } from "./users"

type Asked = { email: string; address: string; locale: Locale; stateToken: string | null }

/**
 * Sends a link to reset the password. The answer and the work are the same whether or not the address has a User: without
 * one, the e-mail says so.
 * @param asked.locale the language of the page, for a User who has chosen none
 * @returns why nothing was sent: the text is not an email address, or the network address asked too often
 */
export async function requestPasswordReset(
  asked: Asked,
): Promise<{ ok: true } | { ok: false; problem: ProblemKey } | { ok: false; waitSeconds: number }> {
  const email = toLookupEmail(asked.email)
  if (email === null) return { ok: false, problem: "problems.emailInvalid" }
  const { waitSeconds, maySend } = await countMailRequest(email, asked.address)
  if (waitSeconds > 0) return { ok: false, waitSeconds }
  if (!maySend) return { ok: true }
  const user = await findUserByEmail(email)
  const target = { purpose: "reset_password", userId: user?.id ?? null, email, stateToken: asked.stateToken } as const
  await issueLink(target, (link) => composeReset(user, email, asked.locale, link))
  return { ok: true }
}

function composeReset(user: User | null, email: string, locale: Locale, link: string): Letter | null {
  if (user?.disabledAt) return null
  if (user) return { to: email, locale: localeOf(user, locale), kind: "resetPassword", link }
  const { SIGN_UP, issuer } = config()
  return { to: email, locale, kind: "noAccount", link: SIGN_UP ? `${issuer}/sign-up` : null }
}

/** Makes a link to reset a User's password, for an operator to hand over. No e-mail is sent. */
export function makeResetLink({ id, email }: User): Promise<string> {
  return issueLink({ purpose: "reset_password", userId: id, email }, () => null)
}

/** Finds the User of a link to reset the password, as the page shows them; null for a link that cannot be used. */
export async function findResetLink(token: string): Promise<{ email: string; stateToken: string | null } | null> {
  const found = await findLinkWithUser(token)
  return found && { email: toReadableEmail(found.user.email), stateToken: found.link.stateToken }
}

/** A link is no longer valid when its User was disabled, or got another address after it was sent. */
async function findLinkWithUser(token: string): Promise<{ link: EmailLink; user: User } | null> {
  const link = await findLink(token, "reset_password")
  const user = link?.userId ? await findUser(link.userId) : null
  return link && user && !user.disabledAt && user.email === link.email ? { link, user } : null
}

/**
 * Consumes a link and sets the password. In the same commit, the address is verified, all browser sessions and Sessions of
 * the User end, and an e-mail about it is stored.
 * @returns the state token of the authorization that asked, why the password cannot be used, or null when the link cannot
 * @throws PasswordPoolBusyError
 */
export async function resetPassword(
  token: string,
  password: string,
  { locale, device }: { locale: Locale; device: Device },
): Promise<{ ok: true; stateToken: string | null } | { ok: false; problem: ProblemKey } | null> {
  const found = await findLinkWithUser(token)
  if (!found) return null
  const { link, user } = found
  const problem = findPasswordProblem(password, user.email)
  if (problem) return { ok: false, problem }
  const passwordHash = await hashPassword(password)
  const mail = await prepareMail({ to: user.email, locale: localeOf(user, locale), kind: "passwordChanged" })
  if (!(await resetPasswordByLink(hashToken(token), user.id, passwordHash, currentTime(), device, mail))) return null
  void sendMailInBackground()
  return { ok: true, stateToken: link.stateToken }
}
