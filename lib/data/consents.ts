import { auditWrite, type Source } from "./audit-events"
import { columnsOf, insertWrite, joinList, toList, updateWrite } from "./columns"
import { isStored } from "./errors"
import type { Consent as ConsentRow } from "./generated/sqlite/client"
import { changeRows, findRow, type Write, write, writeIfFirst } from "./statement"

export type Consent = { userId: string; clientId: string; scope: string[]; resource: string[]; grantedAt: Date }

const consent = columnsOf("Consent")
const selectConsent = `SELECT ${consent.select} FROM "Consent" WHERE "userId" = ? AND "clientId" = ?`

async function findConsentRow(userId: string, clientId: string): Promise<ConsentRow | null> {
  const row = await findRow(selectConsent, [userId, clientId])
  return row && consent.read(row).Consent
}

export async function findConsent(userId: string, clientId: string): Promise<Consent | null> {
  const row = await findConsentRow(userId, clientId)
  return row && { ...row, scope: toList(row.scope), resource: toList(row.resource) }
}

/** The guard of what a client gets because of a Consent: it is stored before the Consent ends, or not at all. */
export const consentGuard = (userId: string, clientId: string): Write => [
  `SELECT 1 FROM "Consent" WHERE "userId" = ? AND "clientId" = ?`,
  [userId, clientId],
]

/** How often adding is retried after another caller has changed the consent. */
const maxRounds = 100

/**
 * Adds scopes and resources to this User's consent for this client. Concurrent calls lose nothing: a row is replaced only
 * if it has not changed since it was read.
 */
export async function addConsent(
  { userId, clientId, scope, resource, grantedAt }: Consent,
  source: Source,
): Promise<void> {
  const granted = { ...source, kind: "consent_granted", at: grantedAt, userId, clientId } as const
  const event = auditWrite({ ...granted, detail: joinList(scope) })
  for (let round = 0; round < maxRounds; round++) {
    const before = await findConsentRow(userId, clientId)
    const after = { scope: union(before?.scope, scope), resource: union(before?.resource, resource), grantedAt }
    const asRead = { userId, clientId, scope: before?.scope, resource: before?.resource }
    const stored = before
      ? writeIfFirst(updateWrite("Consent", asRead, after), event)
      : isStored(write(insertWrite("Consent", { userId, clientId, ...after }), event))
    if (await stored) return
  }
  throw new Error(`The consent of ${userId} for ${clientId} was changed by other callers ${maxRounds} times.`)
}

const union = (before = "", added: string[]) => joinList([...new Set([...toList(before), ...added])])

/** Ends what all Users have allowed this client. */
export async function deleteConsentsOfClient(clientId: string): Promise<void> {
  await changeRows(`DELETE FROM "Consent" WHERE "clientId" = ?`, [clientId])
}
