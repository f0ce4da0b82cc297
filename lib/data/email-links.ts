import { browserSessionGuard } from "./browser-sessions"
import { columnsOf } from "./columns"
import { outcomeOf } from "./errors"
import type { EmailLink } from "./generated/sqlite/client"
import { mailWrites, type NewMail } from "./mail"
import { changeRows, findRow, type Write, writeIf, writeIfFirst } from "./statement"

/** `operator_reset` is a link to reset the password that an operator hands over: it does not prove the email address. */
export type LinkPurpose = "reset_password" | "operator_reset" | "sign_up" | "verify_email" | "change_email"
export type { EmailLink }
export type NewEmailLink = Omit<EmailLink, "subject" | "purpose"> & { purpose: LinkPurpose }

/**
 * Stores a link, in place of the earlier one for the same purpose, and in the same commit the e-mail that contains it.
 * @param browserSession the token hash of the BrowserSession that the link is for; null for one that needs no sign-in
 * @returns false when the BrowserSession has ended: nothing is stored
 */
export function insertEmailLink(
  link: NewEmailLink,
  mail: NewMail | null,
  browserSession: string | null,
): Promise<boolean> {
  const { tokenHash, purpose, userId, email, stateToken, createdAt, expiresAt } = link
  const subject = `${purpose}:${userId ?? email}`
  const stored: Write = [insertLink, [tokenHash, subject, purpose, userId, email, stateToken, createdAt, expiresAt]]
  return writeIf(browserSession === null ? [] : [browserSessionGuard(browserSession)], stored, ...mailWrites(mail))
}

const insertLink = `INSERT INTO "EmailLink"
  ("tokenHash", "subject", "purpose", "userId", "email", "stateToken", "createdAt", "expiresAt")
  VALUES (?, ?, ?, ?, ?, ?, ?, ?)
  ON CONFLICT ("subject") DO UPDATE SET "tokenHash" = excluded."tokenHash", "email" = excluded."email",
    "stateToken" = excluded."stateToken", "createdAt" = excluded."createdAt", "expiresAt" = excluded."expiresAt"`

const link = columnsOf("EmailLink")
const selectLink = `SELECT ${link.select} FROM "EmailLink" WHERE "tokenHash" = ? AND "expiresAt" > ?`

/** Finds a link that can still be used. */
export async function findEmailLink(tokenHash: string, now: Date): Promise<EmailLink | null> {
  const row = await findRow(selectLink, [tokenHash, now])
  return row && link.read(row).EmailLink
}

/**
 * Consumes a link and commits its effects with it. Only one of several concurrent callers gets true.
 * @returns false when the link was used or replaced, or when its effects cannot be stored, such as a second User with the same
 * email address
 */
export async function consumeEmailLink(tokenHash: string, now: Date, effects: Write[]): Promise<boolean> {
  const consume: Write = [`DELETE FROM "EmailLink" WHERE "tokenHash" = ? AND "expiresAt" > ?`, [tokenHash, now]]
  const outcome = await outcomeOf(writeIfFirst(consume, ...effects))
  // It would lead to the same conflict each time.
  if (outcome === "exists") await changeRows(`DELETE FROM "EmailLink" WHERE "tokenHash" = ?`, [tokenHash])
  return outcome === "stored"
}
