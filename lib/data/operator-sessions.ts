import { currentTime } from "@/lib/clock"
import { auditWrite, byOperator, type Source } from "./audit-events"
import { insertWrite } from "./columns"
import { database } from "./database"
import { write, writeIfFirst } from "./statement"

/** Stores the ticket of a link with which an operator can enter once. */
export async function insertOperatorTicket(ticketHash: string, expiresAt: Date): Promise<void> {
  const event = auditWrite({ ...byOperator, kind: "inspector_link_created", at: currentTime() })
  await write(insertWrite("OperatorSession", { tokenHash: ticketHash, expiresAt }), event)
}

/** Turns a ticket's row into an operator session, in one statement. Only one of several concurrent callers gets true. */
export async function enterOperatorSession(
  ticketHash: string,
  session: { tokenHash: string; enteredAt: Date; expiresAt: Date },
  source: Source,
): Promise<boolean> {
  const { tokenHash, enteredAt, expiresAt } = session
  const usable = `"tokenHash" = ? AND "enteredAt" IS NULL AND "expiresAt" > ?`
  return writeIfFirst(
    [
      `UPDATE "OperatorSession" SET "tokenHash" = ?, "enteredAt" = ?, "expiresAt" = ? WHERE ${usable}`,
      [tokenHash, enteredAt, expiresAt, ticketHash, enteredAt],
    ],
    auditWrite({ ...source, actor: "operator", kind: "inspector_opened", at: enteredAt }),
  )
}

/** Ends all operator sessions and invalidates all links. @returns how many there were */
export async function deleteOperatorSessions(): Promise<number> {
  const event = auditWrite({ ...byOperator, kind: "inspector_closed", at: currentTime() })
  const [deleted = 0] = await write([`DELETE FROM "OperatorSession"`, []], event)
  return deleted
}

/** Whether this is the cookie hash of a current operator session. */
export async function hasOperatorSession(tokenHash: string, now: Date): Promise<boolean> {
  const db = await database()
  const entered = { tokenHash, enteredAt: { not: null }, expiresAt: { gt: now } }
  return (await db.operatorSession.findFirst({ where: entered, select: { tokenHash: true } })) !== null
}
