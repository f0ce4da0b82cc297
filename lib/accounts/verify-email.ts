import { currentTime } from "@/lib/clock"
import { config } from "@/lib/config"
import type { Source } from "@/lib/data/audit-events"
import { findUser, findUserByEmail, type User, verifyEmailByLink } from "@/lib/data/users"
import type { Locale } from "@/lib/i18n/locales"
import type { ProblemKey } from "@/lib/i18n/texts"
import { prepareMail, sendMailInBackground } from "@/lib/mail/outbox"
import { hashToken } from "@/lib/protocol/random"
import { findEmailProblem, normalizeEmail, toReadableEmail } from "./email-address"
import { countMailRequest, findLink, issueLink } from "./email-links"
import { localeOf } from "./users"

/** Sends a link that verifies a User's address, unless they got too many e-mails. @returns the seconds to wait, or 0 */
export async function requestVerification(
  user: User,
  asked: { address: string; locale: Locale; stateToken: string | null },
): Promise<number> {
  const { waitSeconds, maySend } = await countMailRequest("verify_email", user.email, asked.address)
  if (!maySend) return waitSeconds
  const target = { purpose: "verify_email", userId: user.id, email: user.email, stateToken: asked.stateToken } as const
  const locale = localeOf(user, asked.locale)
  await issueLink(target, (link) => ({ to: user.email, locale, kind: "verifyEmail", link }))
  return 0
}

/**
 * Sends a link that changes a User's address to the new one. An address that another User has gets an e-mail that says so
 * instead, and the answer and the work are the same.
 * @returns why nothing was sent, as `requestPasswordReset`
 */
export async function requestEmailChange(
  user: User,
  asked: { email: string; address: string; locale: Locale; browserSession: string },
): Promise<{ ok: true } | { ok: false; problem: ProblemKey } | { ok: false; waitSeconds: number }> {
  const email = normalizeEmail(asked.email)
  if (email === null) return { ok: false, problem: findEmailProblem(asked.email) }
  if (email === user.email) return { ok: false, problem: "problems.emailSame" }
  const { waitSeconds, maySend } = await countMailRequest("change_email", email, asked.address)
  if (waitSeconds > 0) return { ok: false, waitSeconds }
  if (!maySend) return { ok: true }
  const isTaken = (await findUserByEmail(email)) !== null
  const locale = localeOf(user, asked.locale)
  const { browserSession } = asked
  await issueLink({ purpose: "change_email", userId: user.id, email, browserSession }, (link) =>
    isTaken
      ? { to: email, locale, kind: "signUpTaken", link: `${config().issuer}/sign-in` }
      : { to: email, locale, kind: "changeEmail", link },
  )
  return { ok: true }
}

/** Finds the address that a link confirms, as the page shows it; null for a link that cannot be used. */
export async function findConfirmationLink(token: string): Promise<{ email: string } | null> {
  const link = await findLink(token, "verify_email", "change_email")
  return link && { email: toReadableEmail(link.email) }
}

/**
 * Consumes a link, and verifies or changes the User's address. After a change, the earlier address gets an e-mail about it.
 * @returns the state token of the authorization that waits for it; null when the link cannot be used
 */
export async function confirmEmail(
  token: string,
  { locale, source }: { locale: Locale; source: Source },
): Promise<{ stateToken: string | null } | null> {
  const link = await findLink(token, "verify_email", "change_email")
  const user = link?.userId ? await findUser(link.userId) : null
  if (!link || !user) return null
  const isChange = link.purpose === "change_email"
  // The address was changed after the link was sent.
  if (!isChange && link.email !== user.email) return null
  const notice = isChange
    ? await prepareMail({ to: user.email, locale: localeOf(user, locale), kind: "emailChanged", email: link.email })
    : null
  if (!(await verifyEmailByLink(hashToken(token), { id: user.id, email: link.email }, currentTime(), source, notice)))
    return null
  void sendMailInBackground()
  return { stateToken: link.stateToken }
}
