import { currentTime } from "@/lib/clock"
import { auditWrite, type Source } from "./audit-events"
import { columnsOf, insertWrite } from "./columns"
import { isStored } from "./errors"
import type { SigningKey as SigningKeyRow } from "./generated/sqlite/client"
import { listRows, type Write, write } from "./statement"

export type SigningAlg = "ES256" | "RS256"
export type SigningKeyRecord = Omit<SigningKeyRow, "alg"> & { alg: SigningAlg }

const signingKey = columnsOf("SigningKey")
const selectKeys = `SELECT ${signingKey.select} FROM "SigningKey" ORDER BY "alg", "generation"`

export async function listSigningKeys(): Promise<SigningKeyRecord[]> {
  const rows = await listRows(selectKeys, [])
  return rows.map((row) => signingKey.read(row).SigningKey as SigningKeyRecord)
}

/** Stores a key. @returns false when another process stored this generation first */
export function insertSigningKey(key: SigningKeyRecord, source: Source): Promise<boolean> {
  const event = auditWrite({
    ...source,
    kind: "signing_key_created",
    at: key.createdAt,
    detail: `${key.alg} ${key.kid}`,
  })
  return isStored(write(insertWrite("SigningKey", key), event))
}

/** Deletes keys. @param source who takes them out of use; null when they had no use any more */
export async function deleteSigningKeys(kids: string[], source: Source | null): Promise<void> {
  const event =
    source && auditWrite({ ...source, kind: "signing_keys_withdrawn", at: currentTime(), detail: kids.join(" ") })
  const deletions = kids.map((kid): Write => [`DELETE FROM "SigningKey" WHERE "kid" = ?`, [kid]])
  if (kids.length > 0) await write(...deletions, ...(event ? [event] : []))
}
