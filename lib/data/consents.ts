import { columnsOf } from "./columns"
import { database } from "./database"
import { isUniqueViolation } from "./errors"
import type { Consent as ConsentRow } from "./generated/sqlite/client"
import { findRow } from "./statement"

export type Consent = { userId: string; clientId: string; scope: string[]; resource: string[]; grantedAt: Date }

const consent = columnsOf("Consent")
const selectConsent = `SELECT ${consent.select} FROM "Consent" WHERE "userId" = ? AND "clientId" = ?`

export async function findConsent(userId: string, clientId: string): Promise<Consent | null> {
  const found = await findRow(selectConsent, [userId, clientId])
  const row = found && consent.read(found).Consent
  return (
    row && { ...row, scope: row.scope.split(" ").filter(Boolean), resource: row.resource.split(" ").filter(Boolean) }
  )
}

/** How often a consent is read again because it was changed in the meantime. Each time another caller has added to it. */
const maxRounds = 100

/**
 * Adds scopes and resources to what this User has allowed this client. Of callers that do so at the same time none loses
 * its own: a row is replaced only while it is as it was read.
 */
export async function addConsent({ userId, clientId, scope, resource, grantedAt }: Consent): Promise<void> {
  for (let round = 0; round < maxRounds; round++) {
    const before = await findConsent(userId, clientId)
    const after = { scope: union(before?.scope, scope), resource: union(before?.resource, resource), grantedAt }
    if (before ? await replaceConsent(before, after) : await insertConsent({ userId, clientId, ...after })) return
  }
  throw new Error(`the consent of ${userId} for ${clientId} was changed by others ${maxRounds} times`)
}

const union = (before: string[] = [], added: string[]) => [...new Set([...before, ...added])].join(" ")

/** @returns whether the row was still as it was read */
async function replaceConsent(before: Consent, data: Omit<ConsentRow, "userId" | "clientId">): Promise<boolean> {
  const db = await database()
  const { userId, clientId } = before
  const asRead = { userId, clientId, scope: before.scope.join(" "), resource: before.resource.join(" ") }
  return (await db.consent.updateMany({ where: asRead, data })).count === 1
}

/** @returns whether there was none yet */
async function insertConsent(data: ConsentRow): Promise<boolean> {
  const db = await database()
  try {
    await db.consent.create({ data })
    return true
  } catch (error) {
    if (isUniqueViolation(error)) return false
    throw error
  }
}
