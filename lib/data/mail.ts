import { columnsOf } from "./columns"
import type { Mail } from "./generated/sqlite/client"
import { changeRows, findRow, listRows, type Write } from "./statement"

export type { Mail }
/** An e-mail to store. `nextAttemptAt` is null when it is only to be shown in the outbox. */
export type NewMail = Omit<Mail, "attempts">

/** The write that stores an e-mail. It is committed with what the e-mail is about. @param mail null for none */
export function mailWrites(mail: NewMail | null): Write[] {
  if (!mail) return []
  const { id, sealed, nextAttemptAt, createdAt, expiresAt } = mail
  const insert = `INSERT INTO "Mail" ("id", "sealed", "nextAttemptAt", "createdAt", "expiresAt") VALUES (?, ?, ?, ?, ?)`
  return [[insert, [id, sealed, nextAttemptAt, createdAt, expiresAt]]]
}

const mail = columnsOf("Mail")
const selectDue = `SELECT ${mail.select} FROM "Mail" WHERE "nextAttemptAt" <= ? ORDER BY "nextAttemptAt" LIMIT ?`
const selectNewest = `SELECT ${mail.select} FROM "Mail" ORDER BY "createdAt" DESC LIMIT ?`

/** The e-mails whose next attempt is due, the oldest first. */
export async function listDueMail(now: Date, limit: number): Promise<Mail[]> {
  return (await listRows(selectDue, [now, limit])).map((row) => mail.read(row).Mail)
}

/** The newest e-mails, those that were sent included. */
export async function listNewestMail(limit: number): Promise<Mail[]> {
  return (await listRows(selectNewest, [limit])).map((row) => mail.read(row).Mail)
}

/** How many e-mails wait to be sent. */
export async function countWaitingMail(): Promise<number> {
  return Number((await findRow(`SELECT COUNT(*) FROM "Mail" WHERE "nextAttemptAt" IS NOT NULL`, []))?.[0] ?? 0)
}

/** Claims an attempt, so that no other instance makes it too. @returns whether this caller makes it */
export async function claimMailAttempt({ id, attempts }: Mail, nextAttemptAt: Date): Promise<boolean> {
  const sql = `UPDATE "Mail" SET "attempts" = ?, "nextAttemptAt" = ? WHERE "id" = ? AND "attempts" = ?`
  return (await changeRows(sql, [attempts + 1, nextAttemptAt, id, attempts])) === 1
}

export async function deleteMail(id: string): Promise<void> {
  await changeRows(`DELETE FROM "Mail" WHERE "id" = ?`, [id])
}

/** Keeps an e-mail that was sent, for the outbox page. */
export async function markMailSent(id: string): Promise<void> {
  await changeRows(`UPDATE "Mail" SET "nextAttemptAt" = NULL WHERE "id" = ?`, [id])
}
