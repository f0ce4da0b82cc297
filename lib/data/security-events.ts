import { randomUUID } from "node:crypto"
import { database } from "./database"
import type { SecurityEvent } from "./generated/sqlite/client"
import { mailWrites, type NewMail } from "./mail"
import { changeRows, type Write } from "./statement"

export type { SecurityEvent }

export type SecurityEventKind =
  | "signed_in"
  | "sign_in_failed"
  | "signed_up"
  | "password_changed"
  | "password_reset"
  | "email_changed"
  | "email_verified"
  | "browser_ended"
  | "app_disconnected"
  | "provider_linked"
  | "provider_unlinked"
  | "passkey_added"
  | "passkey_removed"
  | "totp_added"
  | "totp_removed"
  | "recovery_codes_created"
  | "recovery_code_used"

/** The browser and the operating system of a request, in words; null where they are unknown. */
export type Device = { browser: string | null; os: string | null }

export type NewSecurityEvent = Pick<SecurityEvent, "userId" | "at"> &
  Partial<Device> & { kind: SecurityEventKind; detail?: string | null }

/** The write that records an event. It is committed with what it is about. */
export function securityEventWrite({ userId, kind, at, browser, os, detail }: NewSecurityEvent): Write {
  return [
    `INSERT INTO "SecurityEvent" ("id", "userId", "kind", "at", "browser", "os", "detail") VALUES (?, ?, ?, ?, ?, ?, ?)`,
    [randomUUID(), userId, kind, at, browser ?? null, os ?? null, detail ?? null],
  ]
}

/** How the owner of an account learns of a change: in the history, and by e-mail where this server has it. */
export type Told = { event: NewSecurityEvent; mail: NewMail | null }

export const toldWrites = ({ event, mail }: Told): Write[] => [securityEventWrite(event), ...mailWrites(mail)]

/**
 * Records a failed sign-in for the User with this email address. The statement is the same where there is none, so that its
 * time does not reveal that.
 */
export async function insertFailedSignIn(email: string, at: Date, { browser, os }: Device): Promise<void> {
  await changeRows(
    `INSERT INTO "SecurityEvent" ("id", "userId", "kind", "at", "browser", "os")
      SELECT CAST(? AS TEXT), "id", 'sign_in_failed', CAST(? AS TIMESTAMP), CAST(? AS TEXT), CAST(? AS TEXT)
      FROM "User" WHERE "email" = ?`,
    [randomUUID(), at, browser, os, email],
  )
}

/** The newest events of a User. */
export async function listSecurityEvents(userId: string, limit: number): Promise<SecurityEvent[]> {
  const db = await database()
  return db.securityEvent.findMany({ where: { userId }, orderBy: [{ at: "desc" }, { id: "desc" }], take: limit })
}
