import { changeRows } from "./statement"

/**
 * Takes a lease, or extends one that this holder has. One statement, so that one instance at a time has it.
 * @param until when another instance may take it, if it is not extended
 * @returns whether this holder has it
 */
export async function takeLease(name: string, holder: string, now: Date, until: Date): Promise<boolean> {
  const sql = `INSERT INTO "Lease" ("name", "holder", "expiresAt") VALUES (?, ?, ?)
    ON CONFLICT ("name") DO UPDATE SET "holder" = excluded."holder", "expiresAt" = excluded."expiresAt"
    WHERE "Lease"."holder" = excluded."holder" OR "Lease"."expiresAt" <= ?`
  return (await changeRows(sql, [name, holder, until, now])) === 1
}

/** Gives a lease back before its end. */
export async function releaseLease(name: string, holder: string): Promise<void> {
  await changeRows(`DELETE FROM "Lease" WHERE "name" = ? AND "holder" = ?`, [name, holder])
}
