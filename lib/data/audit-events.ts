import { generateTimeOrderedId } from "@/lib/protocol/random"
import { database } from "./database"
import type { AuditEvent } from "./generated/sqlite/client"
import { mailWrites, type NewMail } from "./mail"
import { changeRows, type Write } from "./statement"

export type { AuditEvent }

/** What the owner of an account sees in its security history. */
const accountEventKinds = [
  "signed_in",
  "sign_in_failed",
  "signed_up",
  "password_changed",
  "password_reset",
  "email_changed",
  "email_verified",
  "browser_ended",
  "app_disconnected",
  "provider_linked",
  "provider_unlinked",
  "passkey_added",
  "passkey_removed",
  "totp_added",
  "totp_removed",
  "recovery_codes_created",
  "recovery_code_used",
  "data_exported",
] as const
export type AccountEventKind = (typeof accountEventKinds)[number]

type AuditEventKind =
  | AccountEventKind
  | "signed_out"
  | "profile_changed"
  | "account_deleted"
  | "consent_granted"
  | "session_revoked"
  | "sessions_revoked"
  | "browsers_ended"
  | "user_created"
  | "user_updated"
  | "user_disabled"
  | "user_enabled"
  | "client_created"
  | "client_updated"
  | "client_deleted"
  | "client_secret_rotated"
  | "signing_key_created"
  | "signing_keys_withdrawn"
  | "provider_added"
  | "provider_removed"
  | "scope_described"
  | "scope_reset"
  | "inspector_link_created"
  | "inspector_opened"
  | "inspector_closed"

/** Who did something: a person, a client, the operator on the command line, or the server on schedule. */
type Actor = "user" | "client" | "operator" | "server"

/** The browser and the operating system of a request, in words; null where they are unknown. */
export type Device = { browser: string | null; os: string | null }

/** From where something was done, and by whom. Without an actor, a person did it in a browser. */
export type Source = Partial<Device> & { actor?: Actor; address?: string | null; flowId?: string | null }

/** What the operator does on the command line. */
export const byOperator: Source = { actor: "operator" }

export type NewAuditEvent = Source & {
  kind: AuditEventKind
  at: Date
  userId?: string | null
  clientId?: string | null
  detail?: string | null
}

const insertEvent = `INSERT INTO "AuditEvent"
  ("id", "at", "kind", "actor", "userId", "clientId", "address", "browser", "os", "flowId", "detail")
  VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`

/** The write that records an event. It is committed with what it is about. */
export function auditWrite({
  kind,
  at,
  actor = "user",
  userId = null,
  clientId = null,
  address = null,
  browser = null,
  os = null,
  flowId = null,
  detail = null,
}: NewAuditEvent): Write {
  return [
    insertEvent,
    [generateTimeOrderedId(at), at, kind, actor, userId, clientId, address, browser, os, flowId, detail],
  ]
}

/** Records an event that changes nothing else. */
export async function insertAuditEvent(event: NewAuditEvent): Promise<void> {
  await changeRows(...auditWrite(event))
}

/** What informs the owner of an account about a change: the history, and an e-mail where this server has e-mail. */
export type Notice = { event: NewAuditEvent; mail: NewMail | null }

export const noticeWrites = ({ event, mail }: Notice): Write[] => [auditWrite(event), ...mailWrites(mail)]

/**
 * Records a failed sign-in for the User with this email address. The statement is the same where there is none, so that its
 * time does not reveal that.
 */
export async function insertFailedSignIn(email: string, at: Date, source: Source): Promise<void> {
  const { browser = null, os = null, address = null, flowId = null } = source
  await changeRows(
    `INSERT INTO "AuditEvent" ("id", "at", "kind", "actor", "userId", "browser", "os", "address", "flowId")
      SELECT CAST(? AS TEXT), CAST(? AS TIMESTAMP), 'sign_in_failed', 'user', "id",
        CAST(? AS TEXT), CAST(? AS TEXT), CAST(? AS TEXT), CAST(? AS TEXT)
      FROM "User" WHERE "email" = ?`,
    [generateTimeOrderedId(at), at, browser, os, address, flowId, email],
  )
}

/** The newest events of an account that its owner sees, without failed sign-ins. */
export const listAccountEvents = (userId: string, limit: number): Promise<AuditEvent[]> =>
  listNewest(
    userId,
    accountEventKinds.filter((kind) => kind !== "sign_in_failed"),
    limit,
  )

/** The newest failed sign-ins of an account. */
export const listFailedSignIns = (userId: string, limit: number): Promise<AuditEvent[]> =>
  listNewest(userId, ["sign_in_failed"], limit)

async function listNewest(userId: string, kinds: AccountEventKind[], limit: number): Promise<AuditEvent[]> {
  const db = await database()
  const where = { userId, kind: { in: kinds } }
  return db.auditEvent.findMany({ where, orderBy: [{ at: "desc" }, { id: "desc" }], take: limit })
}

/** Removes from the events about a User what could name a person. What happened when stays. */
export const anonymizeWrite = (userId: string): Write => [
  `UPDATE "AuditEvent" SET "address" = NULL, "browser" = NULL, "os" = NULL, "detail" = NULL WHERE "userId" = ?`,
  [userId],
]

export type AuditFilter = { userId?: string; clientId?: string; kind?: string; since?: Date; until?: Date }

/**
 * Lists events.
 * @param after the last event of the batch before, in the same order; null for the first batch
 */
export async function listAuditEvents(
  { userId, clientId, kind, since, until }: AuditFilter,
  { limit, newestFirst = false, after = null }: { limit: number; newestFirst?: boolean; after?: AuditEvent | null },
): Promise<AuditEvent[]> {
  const db = await database()
  const direction = newestFirst ? "desc" : "asc"
  return db.auditEvent.findMany({
    where: { userId, clientId, kind, at: { gte: since, lt: until } },
    orderBy: [{ at: direction }, { id: direction }],
    take: limit,
    ...(after && { cursor: { id: after.id }, skip: 1 }),
  })
}
