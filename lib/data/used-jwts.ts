import { changeRows } from "./statement"

const insertRow = `INSERT INTO "UsedJwt" ("id", "expiresAt") VALUES (?, ?) ON CONFLICT ("id") DO NOTHING`

/**
 * Marks a JWT as used, in one statement for all instances.
 * @param expiresAt when it can no longer be presented, and the row can be deleted
 * @returns false when it was used before
 */
export async function consumeJwt(id: string, expiresAt: Date): Promise<boolean> {
  return (await changeRows(insertRow, [id, expiresAt])) === 1
}
