import { columnsOf, joinList, toList } from "./columns"
import { database } from "./database"
import { isStored } from "./errors"
import type { AuthCode as AuthCodeRow, Session as SessionRow } from "./generated/sqlite/client"
import { changeRows, findRow, type Write, write } from "./statement"
import type { User } from "./users"

/** Session data: one authorization of one client by one User, and so the token family. See docs/data.md for its life. */
export type Session = Omit<SessionRow, "scope" | "resource"> & { scope: string[]; resource: string[] }
export type AuthCode = AuthCodeRow

export type RevokedReason =
  | "code_replayed"
  | "refresh_token_replayed"
  | "revoked_by_client"
  | "revoked_by_operator"
  | "user_disabled"
  | "password_changed"

const fromRow = (row: SessionRow): Session => ({ ...row, scope: toList(row.scope), resource: toList(row.resource) })

export type NewSession = Pick<Session, "id" | "userId" | "clientId" | "scope" | "resource" | "nonce" | "authTime">
export type NewAuthCode = Omit<AuthCode, "createdAt" | "sessionId">

/**
 * Stores a Session, not yet started, and its AuthCode, together.
 * @returns false when there is a Session of this id, which is that of its state token: the token has made its code; nothing
 * is stored then
 */
export function insertAuthCode(session: NewSession, code: NewAuthCode, now: Date): Promise<boolean> {
  const { id, userId, clientId, scope, resource, nonce, authTime } = session
  const { codeHash, codeChallenge, redirectUri, expiresAt } = code
  const ends = [expiresAt, expiresAt]
  return isStored(
    write(
      [insertSession, [id, userId, clientId, joinList(scope), joinList(resource), nonce, authTime, now, ...ends]],
      [insertCode, [id, codeHash, codeChallenge, redirectUri, now, expiresAt]],
    ),
  )
}

const insertSession = `INSERT INTO "Session"
  ("id", "userId", "clientId", "scope", "resource", "nonce", "authTime", "createdAt", "idleExpiresAt", "expiresAt")
  VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`
const insertCode = `INSERT INTO "AuthCode"
  ("sessionId", "codeHash", "codeChallenge", "redirectUri", "createdAt", "expiresAt")
  VALUES (?, ?, ?, ?, ?, ?)`

const sessionOnly = columnsOf("Session")
const sessionWithUser = columnsOf("Session", "User")
const codeWithSession = columnsOf("AuthCode", "Session", "User")

const selectSession = `SELECT ${sessionOnly.select} FROM "Session" WHERE "id" = ?`
const selectSessionWithUser = `SELECT ${sessionWithUser.select} FROM "Session"
  JOIN "User" ON "User"."id" = "Session"."userId" WHERE "Session"."id" = ?`
const selectCode = `SELECT ${codeWithSession.select} FROM "AuthCode"
  JOIN "Session" ON "Session"."id" = "AuthCode"."sessionId" JOIN "User" ON "User"."id" = "Session"."userId"
  WHERE "AuthCode"."sessionId" = ? AND "AuthCode"."codeHash" = ?`

/** The code's row with its Session and User, or null. */
export async function findAuthCode(
  sessionId: string,
  codeHash: string,
): Promise<(AuthCode & { session: Session & { user: User } }) | null> {
  const row = await findRow(selectCode, [sessionId, codeHash])
  if (!row) return null
  const { AuthCode, Session, User } = codeWithSession.read(row)
  return { ...AuthCode, session: { ...fromRow(Session), user: User } }
}

export async function findSession(id: string): Promise<Session | null> {
  const row = await findRow(selectSession, [id])
  return row && fromRow(sessionOnly.read(row).Session)
}

export async function findSessionWithUser(id: string): Promise<(Session & { user: User }) | null> {
  const row = await findRow(selectSessionWithUser, [id])
  if (!row) return null
  const { Session, User } = sessionWithUser.read(row)
  return { ...fromRow(Session), user: User }
}

/**
 * Consumes the code and stores the token state, in one statement. Of any number of callers one gets true.
 * @param facts.idleExpiresAt and `expiresAt` replace the code's short life by the Session's
 */
export async function startSession(
  id: string,
  facts: { refreshTokenHash: string | null; startedAt: Date; idleExpiresAt: Date; expiresAt: Date },
): Promise<boolean> {
  const changed = await changeRows(
    `UPDATE "Session" SET "refreshTokenHash" = ?, "startedAt" = ?, "idleExpiresAt" = ?, "expiresAt" = ?
      WHERE "id" = ? AND "startedAt" IS NULL AND "revokedAt" IS NULL`,
    [facts.refreshTokenHash, facts.startedAt, facts.idleExpiresAt, facts.expiresAt, id],
  )
  return changed === 1
}

const rotatable = `"id" = ? AND "refreshTokenHash" = ? AND "revokedAt" IS NULL AND "expiresAt" > ? AND "idleExpiresAt" > ?`
const rotate = `"refreshTokenHash" = ?, "previousRefreshTokenHash" = ?, "rotatedAt" = ?, "rotations" = "rotations" + 1`
const rotateOnly = `UPDATE "Session" SET ${rotate} WHERE ${rotatable}`
const rotateAndExtend = `UPDATE "Session" SET ${rotate}, "idleExpiresAt" = ? WHERE ${rotatable}`

/**
 * Replaces the current refresh token by the next, in one statement. Of any number of callers who present the same token
 * one gets true.
 * @param next.idleExpiresAt null leaves the idle end, and its index, as they are
 */
export async function rotateRefreshToken(
  id: string,
  presentedHash: string,
  next: { refreshTokenHash: string; rotatedAt: Date; idleExpiresAt: Date | null },
): Promise<boolean> {
  const { refreshTokenHash, rotatedAt: now, idleExpiresAt } = next
  const changed = idleExpiresAt
    ? changeRows(rotateAndExtend, [refreshTokenHash, presentedHash, now, idleExpiresAt, id, presentedHash, now, now])
    : changeRows(rotateOnly, [refreshTokenHash, presentedHash, now, id, presentedHash, now, now])
  return (await changed) === 1
}

/** What ends a Session, or all of a User. The first reason stays. */
export function revocation(column: "id" | "userId", value: string, reason: RevokedReason, now: Date): Write {
  return [
    `UPDATE "Session" SET "revokedAt" = ?, "revokedReason" = ? WHERE "revokedAt" IS NULL AND "${column}" = ?`,
    [now, reason, value],
  ]
}

/** Ends a Session. @returns whether it was alive until now */
export async function revokeSession(id: string, reason: RevokedReason, now: Date): Promise<boolean> {
  return (await changeRows(...revocation("id", id, reason, now))) === 1
}

export function revokeSessionsOfUser(userId: string, reason: RevokedReason, now: Date): Promise<number> {
  return changeRows(...revocation("userId", userId, reason, now))
}

export type ListedSession = Session & { user: { email: string }; client: { clientName: string } }

/** Sessions with the user's email address and the client's name, the newest first. */
export async function listSessions(
  filter: { userId?: string; clientId?: string },
  limit: number,
): Promise<ListedSession[]> {
  const db = await database()
  const rows = await db.session.findMany({
    where: filter,
    orderBy: { createdAt: "desc" },
    take: limit,
    include: { user: { select: { email: true } }, client: { select: { clientName: true } } },
  })
  return rows.map(({ user, client, ...row }) => ({ ...fromRow(row), user, client }))
}
