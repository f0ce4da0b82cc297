import { changeRows, listRows, type Write, write } from "./statement"

/** A stored value that is encrypted: its column, and the purpose of the key. */
export const sealedColumns = {
  "signing-key": { table: "SigningKey", key: "kid", column: "privateJwe" },
  totp: { table: "User", key: "id", column: "totp" },
  provider: { table: "Provider", key: "id", column: "clientSecret" },
  mail: { table: "Mail", key: "id", column: "sealed" },
} as const
export type SealedPurpose = keyof typeof sealedColumns

export type SealedValue = { key: string; sealed: string }

/** Lists encrypted values in the order of their keys. @param after the last key of the batch before, "" for the first batch */
export async function listSealedValues(purpose: SealedPurpose, after: string, limit: number): Promise<SealedValue[]> {
  const { table, key, column } = sealedColumns[purpose]
  const rows = await listRows(
    `SELECT "${key}", "${column}" FROM "${table}" WHERE "${column}" IS NOT NULL AND "${key}" > ? ORDER BY "${key}" LIMIT ?`,
    [after, limit],
  )
  return rows.map(([id, sealed]) => ({ key: String(id), sealed: String(sealed) }))
}

/** Replaces an encrypted value, unless it was changed meanwhile. @returns whether it was replaced */
export async function replaceSealedValue(
  purpose: SealedPurpose,
  { key: id, sealed }: SealedValue,
  replacement: string,
): Promise<boolean> {
  const { table, key, column } = sealedColumns[purpose]
  const sql = `UPDATE "${table}" SET "${column}" = ? WHERE "${key}" = ? AND "${column}" = ?`
  return (await changeRows(sql, [replacement, id, sealed])) === 1
}

/** Records that the newest secret is in use, and the others when they are not recorded. @param ids the newest first */
export async function recordSecretUse([newest, ...older]: string[], now: Date): Promise<void> {
  if (newest === undefined) return
  const insert = `INSERT INTO "Secret" ("id", "lastUsedAt") VALUES (?, ?) ON CONFLICT ("id")`
  await write(
    [`${insert} DO UPDATE SET "lastUsedAt" = excluded."lastUsedAt"`, [newest, now]],
    ...older.map((id): Write => [`${insert} DO NOTHING`, [id, now]]),
  )
}

/** When each secret was last used to protect something new. */
export async function listSecretUse(): Promise<Map<string, Date>> {
  const rows = await listRows(`SELECT "id", "lastUsedAt" FROM "Secret"`, [])
  return new Map(rows.map(([id, at]) => [String(id), new Date(at as Date)]))
}
