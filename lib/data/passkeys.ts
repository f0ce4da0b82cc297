import { type Notice, noticeWrites } from "./audit-events"
import { columnsOf } from "./columns"
import { database } from "./database"
import { outcomeOf } from "./errors"
import type { Passkey } from "./generated/sqlite/client"
import { changeRows, findRow, writeIfFirst } from "./statement"
import type { User } from "./users"

export type { Passkey }

/** The largest number of the column. Counters have 32 bits without a sign; above it, a copy of a passkey is not detected. */
const toStoredCounter = (counter: number) => Math.min(counter, 2_147_483_647)

/**
 * Stores a passkey, and how the browser that made it is signed in now.
 * @returns false when one with this ID exists, or when the browser has been signed out
 */
export async function insertPasskey(
  passkey: Omit<Passkey, "lastUsedAt">,
  { tokenHash, amr }: { tokenHash: string; amr: string },
  notice: Notice,
): Promise<boolean> {
  const { id, userId, publicKey, counter, transports, singleDevice, name, createdAt } = passkey
  const outcome = await outcomeOf(
    writeIfFirst(
      [`UPDATE "BrowserSession" SET "amr" = ? WHERE "tokenHash" = ?`, [amr, tokenHash]],
      [
        `INSERT INTO "Passkey" ("id", "userId", "publicKey", "counter", "transports", "singleDevice", "name", "createdAt")
          VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
        [id, userId, publicKey, toStoredCounter(counter), transports, singleDevice, name, createdAt],
      ],
      ...noticeWrites(notice),
    ),
  )
  return outcome === "stored"
}

const withUser = columnsOf("Passkey", "User")
const selectWithUser = `SELECT ${withUser.select} FROM "Passkey"
  JOIN "User" ON "User"."id" = "Passkey"."userId" WHERE "Passkey"."id" = ?`

/** Finds a passkey with its User. */
export async function findPasskey(id: string): Promise<(Passkey & { user: User }) | null> {
  const row = await findRow(selectWithUser, [id])
  if (!row) return null
  const { Passkey, User } = withUser.read(row)
  return { ...Passkey, user: User }
}

/** The passkeys of a User, the oldest first. */
export async function listPasskeys(userId: string): Promise<Passkey[]> {
  const db = await database()
  return db.passkey.findMany({ where: { userId }, orderBy: { createdAt: "asc" } })
}

/**
 * Records a use of a passkey, in one statement.
 * @returns false when its counter did not go up: the passkey was copied, or the response is used twice
 */
export async function countPasskeyUse(id: string, counter: number, now: Date): Promise<boolean> {
  const sql = `UPDATE "Passkey" SET "counter" = ?, "lastUsedAt" = ?
    WHERE "id" = ? AND ("counter" < CAST(? AS BIGINT) OR ("counter" = 0 AND CAST(? AS BIGINT) = 0))`
  return (await changeRows(sql, [toStoredCounter(counter), now, id, counter, counter])) === 1
}

/** Deletes a passkey of a User. @returns false when there is no such passkey */
export function deletePasskey(userId: string, id: string, notice: Notice): Promise<boolean> {
  return writeIfFirst([`DELETE FROM "Passkey" WHERE "id" = ? AND "userId" = ?`, [id, userId]], ...noticeWrites(notice))
}
