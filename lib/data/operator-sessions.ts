import { changeRows, findRow } from "./statement"

/** Stores the link that somebody may enter by, once. */
export async function insertOperatorTicket(ticketHash: string, expiresAt: Date): Promise<void> {
  await changeRows(`INSERT INTO "OperatorSession" ("tokenHash", "expiresAt") VALUES (?, ?)`, [ticketHash, expiresAt])
}

/** Makes the link's row that of a cookie, in one statement. Of any number of callers one gets true. */
export async function enterOperatorSession(
  ticketHash: string,
  session: { tokenHash: string; enteredAt: Date; expiresAt: Date },
): Promise<boolean> {
  const { tokenHash, enteredAt, expiresAt } = session
  const changed = await changeRows(
    `UPDATE "OperatorSession" SET "tokenHash" = ?, "enteredAt" = ?, "expiresAt" = ?
      WHERE "tokenHash" = ? AND "enteredAt" IS NULL AND "expiresAt" > ?`,
    [tokenHash, enteredAt, expiresAt, ticketHash, enteredAt],
  )
  return changed === 1
}

/** Ends them all, and makes all links useless. @returns how many */
export function deleteOperatorSessions(): Promise<number> {
  return changeRows(`DELETE FROM "OperatorSession"`, [])
}

/** Whether this is the hash of the cookie of somebody who has entered. */
export async function hasOperatorSession(tokenHash: string, now: Date): Promise<boolean> {
  const row = await findRow(
    `SELECT "tokenHash" FROM "OperatorSession"
      WHERE "tokenHash" = ? AND "enteredAt" IS NOT NULL AND "expiresAt" > ?`,
    [tokenHash, now],
  )
  return row !== null
}
