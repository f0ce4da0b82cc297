import { columnsOf } from "./columns"
import { database } from "./database"
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

/** Stores the consent, in place of an earlier one of this User for this client. */
export async function saveConsent(consent: Consent): Promise<void> {
  const db = await database()
  const { userId, clientId, grantedAt } = consent
  const facts = { scope: consent.scope.join(" "), resource: consent.resource.join(" "), grantedAt }
  await db.consent.upsert({
    where: { userId_clientId: { userId, clientId } },
    create: { userId, clientId, ...facts },
    update: facts,
  })
}
