import { columnsOf } from "./columns"
import { changeRows, findRow } from "./statement"

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

const insertConsent = `INSERT INTO "Consent" ("scope", "resource", "grantedAt", "userId", "clientId")
  VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`
const replaceConsent = `UPDATE "Consent" SET "scope" = ?, "resource" = ?, "grantedAt" = ?
  WHERE "userId" = ? AND "clientId" = ? AND "scope" = ? AND "resource" = ?`

/**
 * Adds scopes and resources to what this User has allowed this client. Of callers that do so at the same time none loses
 * its own: a row is replaced only while it is as it was read.
 */
export async function addConsent({ userId, clientId, scope, resource, grantedAt }: Consent): Promise<void> {
  for (let round = 0; round < maxRounds; round++) {
    const before = await findConsent(userId, clientId)
    const values = [union(before?.scope, scope), union(before?.resource, resource), grantedAt, userId, clientId]
    const stored = before
      ? await changeRows(replaceConsent, [...values, before.scope.join(" "), before.resource.join(" ")])
      : await changeRows(insertConsent, values)
    if (stored === 1) return
  }
  throw new Error(`the consent of ${userId} for ${clientId} was changed by others ${maxRounds} times`)
}

const union = (before: string[] = [], added: string[]) => [...new Set([...before, ...added])].join(" ")
