import { database } from "./database"

/** Stores the link that an operator may enter by, once. */
export async function insertOperatorTicket(ticketHash: string, expiresAt: Date): Promise<void> {
  const db = await database()
  await db.operatorSession.create({ data: { tokenHash: ticketHash, expiresAt } })
}

/** Makes the link's row that of a cookie, in one statement. Of any number of callers one gets true. */
export async function enterOperatorSession(
  ticketHash: string,
  session: { tokenHash: string; enteredAt: Date; expiresAt: Date },
): Promise<boolean> {
  const db = await database()
  const usable = { tokenHash: ticketHash, enteredAt: null, expiresAt: { gt: session.enteredAt } }
  return (await db.operatorSession.updateMany({ where: usable, data: session })).count === 1
}

/** Ends them all, and makes all links useless. @returns how many */
export async function deleteOperatorSessions(): Promise<number> {
  const db = await database()
  return (await db.operatorSession.deleteMany()).count
}

/** Whether this is the hash of the cookie of an operator who has entered. */
export async function hasOperatorSession(tokenHash: string, now: Date): Promise<boolean> {
  const db = await database()
  const entered = { tokenHash, enteredAt: { not: null }, expiresAt: { gt: now } }
  return (await db.operatorSession.findFirst({ where: entered, select: { tokenHash: true } })) !== null
}
