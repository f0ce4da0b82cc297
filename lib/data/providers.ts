import { currentTime } from "@/lib/clock"
import { auditWrite, byOperator, type Notice, noticeWrites } from "./audit-events"
import { browserSessionGuard } from "./browser-sessions"
import { columnsOf, insertWrite } from "./columns"
import { database } from "./database"
import { isStored, outcomeOf } from "./errors"
import type { LinkedAccount, Provider } from "./generated/sqlite/client"
import { listRows, type Write, write, writeIf, writeIfFirst } from "./statement"
import type { User } from "./users"

export type { LinkedAccount, Provider }

/** @returns false when a provider with this ID exists */
export function insertProvider(added: Provider): Promise<boolean> {
  const event = auditWrite({ ...byOperator, kind: "provider_added", at: added.createdAt, detail: added.id })
  return isStored(write(insertWrite("Provider", added), event))
}

const provider = columnsOf("Provider")
const selectAll = `SELECT ${provider.select} FROM "Provider" ORDER BY "name"`

/** The providers, by name. Prepared, because every sign-in page lists them, and Prisma slows the process that loads it. */
export async function listProviders(): Promise<Provider[]> {
  return (await listRows(selectAll, [])).map((row) => provider.read(row).Provider)
}

export async function findProvider(id: string): Promise<Provider | null> {
  return (await listProviders()).find((one) => one.id === id) ?? null
}

/** Deletes a provider with all links to it. @returns false when there is none */
export function deleteProvider(id: string): Promise<boolean> {
  const event = auditWrite({ ...byOperator, kind: "provider_removed", at: currentTime(), detail: id })
  return writeIfFirst([`DELETE FROM "Provider" WHERE "id" = ?`, [id]], event)
}

/** Finds the User of an account at a provider. */
export async function findLinkedUser(providerId: string, subject: string): Promise<User | null> {
  const db = await database()
  const link = await db.linkedAccount.findUnique({
    where: { providerId_subject: { providerId, subject } },
    include: { user: true },
  })
  return link?.user ?? null
}

/** The accounts elsewhere that sign a User in. */
export async function listLinkedAccounts(userId: string): Promise<(LinkedAccount & { provider: Provider })[]> {
  const db = await database()
  return db.linkedAccount.findMany({ where: { userId }, include: { provider: true }, orderBy: { createdAt: "asc" } })
}

/** The write that links an account. */
export const linkWrite = ({ providerId, subject, userId, email, createdAt }: LinkedAccount): Write => [
  `INSERT INTO "LinkedAccount" ("providerId", "subject", "userId", "email", "createdAt") VALUES (?, ?, ?, ?, ?)`,
  [providerId, subject, userId, email, createdAt],
]

/**
 * Links an account at a provider.
 * @param browserSession the token hash of the BrowserSession in which the User asked for it; null when the link begins a sign-in
 * @returns "exists" when it is linked already, "refused" when the browser has been signed out
 */
export function insertLink(
  link: LinkedAccount,
  notice: Notice,
  browserSession: string | null,
): ReturnType<typeof outcomeOf> {
  const guards = browserSession === null ? [] : [browserSessionGuard(browserSession)]
  return outcomeOf(writeIf(guards, linkWrite(link), ...noticeWrites(notice)))
}

/** Unlinks an account. @returns false when it is not linked with this User */
export function deleteLink(userId: string, providerId: string, subject: string, notice: Notice): Promise<boolean> {
  return writeIfFirst(
    [
      `DELETE FROM "LinkedAccount" WHERE "userId" = ? AND "providerId" = ? AND "subject" = ?`,
      [userId, providerId, subject],
    ],
    ...noticeWrites(notice),
  )
}
