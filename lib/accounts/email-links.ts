import { createHmac } from "node:crypto"
import { addressKey } from "@/lib/accounts/address-key"
import { currentTime } from "@/lib/clock"
import { config } from "@/lib/config"
import type { Source } from "@/lib/data/audit-events"
import { type EmailLink, findEmailLink, insertEmailLink, type LinkPurpose } from "@/lib/data/email-links"
import { countSignInAttempt } from "@/lib/data/sign-in-limits"
import type { MailDraft } from "@/lib/mail/content"
import { prepareMail, sendMailInBackground } from "@/lib/mail/outbox"
import { generateToken, hashToken } from "@/lib/protocol/random"
import { deriveKey } from "@/lib/secret"

/** How long a link can be used, in seconds. */
export const linkSeconds = 30 * 60

/** The page that each link opens. A GET changes nothing there, because mail scanners follow links. */
const pages: Record<LinkPurpose, string> = {
  reset_password: "/reset-password/choose",
  operator_reset: "/reset-password/choose",
  sign_up: "/sign-up/finish",
  verify_email: "/confirm-email",
  change_email: "/confirm-email",
}

/** Whom a link is for, and the authorization that continues after it. */
export type LinkTarget = {
  purpose: LinkPurpose
  userId: string | null
  email: string
  stateToken?: string | null
  /** The token hash of the BrowserSession that asked for it, where only a signed-in person may. */
  browserSession?: string
}

/**
 * Stores a new link in place of the earlier one for the same purpose, and with it the e-mail that contains it.
 * @param compose returns the e-mail, or null to send none
 * @returns the link, which does not work when that BrowserSession has ended
 */
export async function issueLink(target: LinkTarget, compose: (url: string) => MailDraft | null): Promise<string> {
  const token = generateToken()
  const url = `${config().issuer}${pages[target.purpose]}?${new URLSearchParams({ token })}`
  const draft = compose(url)
  const createdAt = currentTime()
  const expiresAt = new Date(createdAt.getTime() + linkSeconds * 1000)
  const { browserSession = null, stateToken = null, ...facts } = target
  const link = { ...facts, stateToken, tokenHash: hashToken(token), createdAt, expiresAt }
  await insertEmailLink(link, draft && (await prepareMail(draft)), browserSession)
  if (draft) void sendMailInBackground()
  return url
}

/** Finds a link that can still be used for one of the purposes. Nothing is consumed. */
export async function findLink(token: string, ...purposes: LinkPurpose[]): Promise<EmailLink | null> {
  const link = await findEmailLink(hashToken(token), currentTime())
  return link && purposes.some((purpose) => purpose === link.purpose) ? link : null
}

/** The email address is kept as an HMAC, so that the table does not reveal who has an account. */
const recipientKey = (email: string) =>
  createHmac("sha256", deriveKey("sign-in-limit")).update(email).digest("base64url")

/**
 * Counts a request for an e-mail.
 * @param purpose each purpose has its own limit, so that requests for one kind of e-mail cannot block another
 * @returns the seconds to wait when the network address sent too many, else 0; and whether the recipient may get another one
 */
export async function countMailRequest(
  purpose: LinkPurpose,
  email: string,
  address: string,
): Promise<{ waitSeconds: number; maySend: boolean }> {
  const { waitSeconds } = await countSignInAttempt("mail", addressKey(address))
  if (waitSeconds > 0) return { waitSeconds, maySend: false }
  const byRecipient = await countSignInAttempt("mail-to", `${purpose} ${recipientKey(email)}`)
  return { waitSeconds: 0, maySend: byRecipient.waitSeconds === 0 }
}

/**
 * Counts a use of a link. Each use costs a bcrypt hash, against the network address that it came from.
 * @returns the seconds to wait when there were too many, else 0
 */
export async function countLinkUse({ address }: Source): Promise<number> {
  return (await countSignInAttempt("link", addressKey(address ?? ""))).waitSeconds
}
