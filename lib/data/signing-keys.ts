import { columnsOf } from "./columns"
import { database } from "./database"
import { isStored } from "./errors"
import type { SigningKey as SigningKeyRow } from "./generated/sqlite/client"
import { listRows } from "./statement"

export type SigningAlg = "ES256" | "RS256"
export type SigningKeyRecord = Omit<SigningKeyRow, "alg"> & { alg: SigningAlg }

const signingKey = columnsOf("SigningKey")
const selectKeys = `SELECT ${signingKey.select} FROM "SigningKey" ORDER BY "alg", "generation"`

export async function listSigningKeys(): Promise<SigningKeyRecord[]> {
  const rows = await listRows(selectKeys, [])
  return rows.map((row) => signingKey.read(row).SigningKey as SigningKeyRecord)
}

/** Stores a key. @returns false when another process stored this generation first */
export async function insertSigningKey(key: SigningKeyRecord): Promise<boolean> {
  const db = await database()
  return isStored(db.signingKey.create({ data: key }))
}

export async function deleteSigningKeys(kids: string[]): Promise<void> {
  const db = await database()
  await db.signingKey.deleteMany({ where: { kid: { in: kids } } })
}
