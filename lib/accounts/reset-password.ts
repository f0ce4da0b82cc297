import { currentTime } from "@/lib/clock"
import { config } from "@/lib/config"
import type { Source } from "@/lib/data/audit-events"
import type { EmailLink } from "@/lib/data/email-links"
import { findUser, findUserByEmail, resetPasswordByLink, type User } from "@/lib/data/users"
import type { Locale } from "@/lib/i18n/locales"
import type { ProblemKey } from "@/lib/i18n/texts"
import type { MailDraft } from "@/lib/mail/content"
import { prepareMail, sendMailInBackground } from "@/lib/mail/outbox"
import { hashToken } from "@/lib/protocol/random"
import { normalizeEmail, toLookupEmail, toReadableEmail } from "./email-address"
import { countLinkUse, countMailRequest, findLink, issueLink } from "./email-links"
import { hashNewPassword } from "./password-rules"
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
  const { waitSeconds, maySend } = await countMailRequest("reset_password", email, asked.address)
  if (waitSeconds > 0) return { ok: false, waitSeconds }
  if (!maySend) return { ok: true }
  const user = await findUserByEmail(email)
  const target = { purpose: "reset_password", userId: user?.id ?? null, email, stateToken: asked.stateToken } as const
  await issueLink(target, (link) => composeReset(user, email, asked.locale, link))
  return { ok: true }
}

function composeReset(user: User | null, email: string, locale: Locale, link: string): MailDraft | null {
  const { SIGN_UP, issuer } = config()
  if (user && !user.disabledAt) return { to: email, locale: localeOf(user, locale), kind: "resetPassword", link }
  // One mailbox has many spellings, such as quoted ones, each of which would be counted on its own.
  if (!user && normalizeEmail(email) !== email) return null
  // A disabled User gets an e-mail too, so that the work does not reveal that there is one.
  return { to: email, locale, kind: "noAccount", link: SIGN_UP && !user ? `${issuer}/sign-up` : null }
}

/** Makes a link to reset a User's password, for an operator to hand over. No e-mail is sent. */
export function makeResetLink({ id, email }: User): Promise<string> {
  return issueLink({ purpose: "operator_reset", userId: id, email }, () => null)
}

/** Finds the User of a link to reset the password, as the page shows them; null for a link that cannot be used. */
export async function findResetLink(token: string): Promise<{ email: string; stateToken: string | null } | null> {
  const found = await findLinkWithUser(token)
  return found && { email: toReadableEmail(found.user.email), stateToken: found.link.stateToken }
}

/** A link is no longer valid when its User was disabled, or got another address after it was sent. */
async function findLinkWithUser(token: string): Promise<{ link: EmailLink; user: User } | null> {
  const link = await findLink(token, "reset_password", "operator_reset")
  const user = link?.userId ? await findUser(link.userId) : null
  return link && user && !user.disabledAt && user.email === link.email ? { link, user } : null
}

/**
 * Consumes a link and sets the password. In the same commit, the address is verified if the link was sent to it, all browser
 * sessions and Sessions of the User end, and an e-mail about it is stored.
 * @returns the state token of the authorization that asked, why the password cannot be used, the seconds to wait after too
 * many attempts, or null when the link cannot be used
 * @throws PasswordPoolBusyError
 */
export async function resetPassword(
  token: string,
  password: string,
  { locale, source }: { locale: Locale; source: Source },
): Promise<
  | { ok: true; stateToken: string | null }
  | { ok: false; problem: ProblemKey }
  | { ok: false; waitSeconds: number }
  | null
> {
  const found = await findLinkWithUser(token)
  if (!found) return null
  const { link, user } = found
  const waitSeconds = await countLinkUse(source)
  if (waitSeconds > 0) return { ok: false, waitSeconds }
  const hashed = await hashNewPassword(password, user.email)
  if (!hashed.ok) return hashed
  const proof = link.purpose === "reset_password" ? "email" : "operator"
  const mail = await prepareMail({ to: user.email, locale: localeOf(user, locale), kind: "passwordChanged" })
  if (!(await resetPasswordByLink(hashToken(token), proof, user.id, hashed.passwordHash, currentTime(), source, mail)))
    return null
  void sendMailInBackground()
  return { ok: true, stateToken: link.stateToken }
}
