import { database } from "./database"

/** Stores the ticket of a link with which an operator can enter once. */
export async function insertOperatorTicket(ticketHash: string, expiresAt: Date): Promise<void> {
  const db = await database()
  await db.operatorSession.create({ data: { tokenHash: ticketHash, expiresAt } })
}

/** Turns a ticket's row into an operator session, in one statement. Only one of several concurrent callers gets true. */
export async function enterOperatorSession(
  ticketHash: string,
  session: { tokenHash: string; enteredAt: Date; expiresAt: Date },
): Promise<boolean> {
  const db = await database()
  const usable = { tokenHash: ticketHash, enteredAt: null, expiresAt: { gt: session.enteredAt } }
  return (await db.operatorSession.updateMany({ where: usable, data: session })).count === 1
}

/** Ends all operator sessions and invalidates all links. @returns how many there were */
export async function deleteOperatorSessions(): Promise<number> {
  const db = await database()
  return (await db.operatorSession.deleteMany()).count
}

/** Whether this is the cookie hash of a current operator session. */
export async function hasOperatorSession(tokenHash: string, now: Date): Promise<boolean> {
  const db = await database()
  const entered = { tokenHash, enteredAt: { not: null }, expiresAt: { gt: now } }
  return (await db.operatorSession.findFirst({ where: entered, select: { tokenHash: true } })) !== null
}
