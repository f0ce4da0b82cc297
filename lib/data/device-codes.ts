import { columnsOf, joinList, toList } from "./columns"
import { isStored } from "./errors"
import type { DeviceCode as DeviceCodeRow } from "./generated/sqlite/client"
import { changeRows, findRow } from "./statement"

/** A device that waits for a User to allow it, RFC 8628. */
export type DeviceCode = Omit<DeviceCodeRow, "scope" | "resource"> & { scope: string[]; resource: string[] }
export type NewDeviceCode = Omit<DeviceCode, "deniedAt" | "polledAt">

const deviceCode = columnsOf("DeviceCode")
const select = `SELECT ${deviceCode.select} FROM "DeviceCode" WHERE`

async function find(condition: string, value: string): Promise<DeviceCode | null> {
  const row = await findRow(`${select} ${condition}`, [value])
  if (!row) return null
  const found = deviceCode.read(row).DeviceCode
  return { ...found, scope: toList(found.scope), resource: toList(found.resource) }
}

export const findDeviceCode = (id: string) => find(`"id" = ?`, id)

/** @param userCodeHashes the hashes that the user code may be stored as */
export async function findDeviceCodeOfUser(userCodeHashes: string[]): Promise<DeviceCode | null> {
  for (const hash of userCodeHashes) {
    const found = await find(`"userCodeHash" = ?`, hash)
    if (found) return found
  }
  return null
}

/** @returns false when another device has this user code */
export function insertDeviceCode(code: NewDeviceCode): Promise<boolean> {
  const { id, secretHash, userCodeHash, clientId, scope, resource, createdAt, expiresAt, intervalSeconds } = code
  return isStored(
    changeRows(
      `INSERT INTO "DeviceCode"
        ("id", "secretHash", "userCodeHash", "clientId", "scope", "resource", "createdAt", "expiresAt", "intervalSeconds")
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      [
        ...[id, secretHash, userCodeHash, clientId, joinList(scope), joinList(resource)],
        ...[createdAt, expiresAt, intervalSeconds],
      ],
    ),
  )
}

/** Records that the User denied the device. */
export async function denyDeviceCode(id: string, now: Date): Promise<void> {
  await changeRows(`UPDATE "DeviceCode" SET "deniedAt" = ? WHERE "id" = ? AND "deniedAt" IS NULL`, [now, id])
}

/** Records that the device asked. @param intervalSeconds how long it must wait from now on */
export async function recordPoll(id: string, now: Date, intervalSeconds: number): Promise<void> {
  await changeRows(`UPDATE "DeviceCode" SET "polledAt" = ?, "intervalSeconds" = ? WHERE "id" = ?`, [
    now,
    intervalSeconds,
    id,
  ])
}
