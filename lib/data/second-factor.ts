import { auditWrite, type NewAuditEvent, type Notice, noticeWrites } from "./audit-events"
import { browserSessionGuard } from "./browser-sessions"
import { database } from "./database"
import { changeRows, type Write, write, writeIf, writeIfFirst } from "./statement"

/** The writes that replace a User's recovery codes. */
const recoveryCodeWrites = (userId: string, hashes: string[]): Write[] => [
  [`DELETE FROM "RecoveryCode" WHERE "userId" = ?`, [userId]],
  ...hashes.map((hash): Write => [`INSERT INTO "RecoveryCode" ("userId", "codeHash") VALUES (?, ?)`, [userId, hash]]),
]

/**
 * Stores the authenticator app of a User who has none, with recovery codes. The browser that proved the app is signed in with
 * it.
 * @returns false when the User has one already, or when the browser has been signed out: nothing is stored
 */
export function insertTotp(
  userId: string,
  facts: { totp: string; step: number; recoveryCodes: string[]; tokenHash: string; amr: string } & Notice,
): Promise<boolean> {
  const { totp, step, recoveryCodes, tokenHash, amr } = facts
  return writeIf(
    [
      browserSessionGuard(tokenHash),
      [`UPDATE "User" SET "totp" = ?, "totpStep" = ? WHERE "id" = ? AND "totp" IS NULL`, [totp, step, userId]],
    ],
    ...recoveryCodeWrites(userId, recoveryCodes),
    [`UPDATE "BrowserSession" SET "amr" = ? WHERE "tokenHash" = ?`, [amr, tokenHash]],
    ...noticeWrites(facts),
  )
}

/** Removes the authenticator app of a User, and the recovery codes. @returns false when there is none */
export function deleteTotp(userId: string, notice: Notice): Promise<boolean> {
  return writeIfFirst(
    [`UPDATE "User" SET "totp" = NULL WHERE "id" = ? AND "totp" IS NOT NULL`, [userId]],
    ...recoveryCodeWrites(userId, []),
    ...noticeWrites(notice),
  )
}

/** Consumes the code of a step, in one statement. @returns false when that step, or a later one, was used before */
export async function consumeTotpStep(userId: string, step: number): Promise<boolean> {
  const sql = `UPDATE "User" SET "totpStep" = ? WHERE "id" = ? AND "totp" IS NOT NULL AND "totpStep" < ?`
  return (await changeRows(sql, [step, userId, step])) === 1
}

/** Consumes a recovery code, in one statement. @returns false for a wrong or used one */
export async function consumeRecoveryCode(userId: string, codeHash: string, now: Date): Promise<boolean> {
  const sql = `UPDATE "RecoveryCode" SET "usedAt" = ? WHERE "userId" = ? AND "codeHash" = ? AND "usedAt" IS NULL`
  return (await changeRows(sql, [now, userId, codeHash])) === 1
}

/** Replaces a User's recovery codes. */
export async function replaceRecoveryCodes(userId: string, hashes: string[], notice: Notice): Promise<void> {
  await write(...recoveryCodeWrites(userId, hashes), ...noticeWrites(notice))
}

/** How many recovery codes of a User are left. */
export async function countRecoveryCodes(userId: string): Promise<number> {
  const db = await database()
  return db.recoveryCode.count({ where: { userId, usedAt: null } })
}

/** Completes the sign-in of a browser with a second factor, and records it. Its time stays that of the password. */
export async function completeBrowserSession(tokenHash: string, amr: string, event: NewAuditEvent): Promise<void> {
  await write([`UPDATE "BrowserSession" SET "amr" = ? WHERE "tokenHash" = ?`, [amr, tokenHash]], auditWrite(event))
}
