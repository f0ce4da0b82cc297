import { auditWrite, type Source } from "./audit-events"
import { browserSessionGuard } from "./browser-sessions"
import { columnsOf, joinList, toList } from "./columns"
import { consentGuard } from "./consents"
import { database } from "./database"
import { outcomeOf } from "./errors"
import type { AuthCode as AuthCodeRow, Session as SessionRow } from "./generated/sqlite/client"
import { changeRows, findRow, type Write, write, writeIf, writeIfFirst } from "./statement"
import type { User } from "./users"

/**
 * Session data: one authorization of one client by one User, which is the token family. docs/data.md shows its states. A
 * client that acts for itself has Sessions without a User.
 */
export type Session = Omit<SessionRow, "scope" | "resource"> & { scope: string[]; resource: string[] }
export type AuthCode = AuthCodeRow

export type RevokedReason =
  | "code_replayed"
  | "refresh_token_replayed"
  | "revoked_by_client"
  | "revoked_by_operator"
  | "user_disabled"
  | "password_changed"
  | "signed_out"
  | "disconnected_by_user"

/** Changes the row itself: to copy it would take as long as to read it. */
const fromRow = (row: SessionRow): Session =>
  Object.assign(row, { scope: toList(row.scope), resource: toList(row.resource) })

type NewSessionColumn = "id" | "clientId" | "scope" | "resource" | "nonce" | "authTime"
export type NewSession = Pick<Session, NewSessionColumn> & {
  userId: string
  claims?: string | null
  /** The thumbprint that the authorization request named; null for none. */
  dpopJkt?: string | null
  browserSession?: string | null
  /** Space-separated. */
  amr: string
}
export type NewAuthCode = Omit<AuthCode, "createdAt" | "sessionId">

/**
 * Stores a Session that has not started and its AuthCode, in one commit.
 * @param session.id the state token's ID
 * @param consented whether the User's Consent must still exist
 * @returns "exists" when a Session with this ID exists: the state token has already created its code. "refused" when
 * the BrowserSession or the Consent has ended. Nothing is stored then
 */
export async function insertAuthCode(
  session: NewSession,
  code: NewAuthCode,
  now: Date,
  { consented = false } = {},
): ReturnType<typeof outcomeOf> {
  const { id, userId, clientId, scope, resource, nonce, claims = null, dpopJkt = null, authTime, amr } = session
  const { codeHash, codeChallenge, redirectUri, expiresAt } = code
  const request = [joinList(scope), joinList(resource), nonce, claims, dpopJkt]
  const browserSession = session.browserSession ?? null
  const guards = [
    ...(browserSession ? [browserSessionGuard(browserSession)] : []),
    ...(consented ? [consentGuard(userId, clientId)] : []),
  ]
  return outcomeOf(
    writeIf(
      guards,
      [insertSession, [id, userId, clientId, ...request, authTime, amr, browserSession, now, expiresAt, expiresAt]],
      [insertCode, [id, codeHash, codeChallenge, redirectUri, now, expiresAt]],
    ),
  )
}

const insertSession = `INSERT INTO "Session"
  ("id", "userId", "clientId", "scope", "resource", "nonce", "claims", "dpopJkt", "authTime", "amr",
    "browserSession", "createdAt", "idleExpiresAt", "expiresAt")
  VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`
const insertCode = `INSERT INTO "AuthCode"
  ("sessionId", "codeHash", "codeChallenge", "redirectUri", "createdAt", "expiresAt")
  VALUES (?, ?, ?, ?, ?, ?)`

const insertClientSession = `INSERT INTO "Session"
  ("id", "clientId", "scope", "resource", "dpopJkt", "authTime", "createdAt", "startedAt", "idleExpiresAt", "expiresAt")
  VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`

/** Stores a Session without a User, which has started: a client that acts for itself (RFC 6749 section 4.4). */
export async function insertSessionWithoutUser(
  session: Pick<Session, "id" | "clientId" | "scope" | "resource" | "dpopJkt" | "expiresAt">,
  now: Date,
): Promise<void> {
  const { id, clientId, scope, resource, dpopJkt, expiresAt } = session
  const values = [id, clientId, joinList(scope), joinList(resource), dpopJkt, now, now, now, expiresAt, expiresAt]
  await changeRows(insertClientSession, values)
}

const sessionOnly = columnsOf("Session")
const sessionWithUser = columnsOf("Session", "User")
const codeWithSession = columnsOf("AuthCode", "Session", "User")

const selectSession = `SELECT ${sessionOnly.select} FROM "Session" WHERE "id" = ?`
const selectSessionWithUser = `SELECT ${sessionWithUser.select} FROM "Session"
  LEFT JOIN "User" ON "User"."id" = "Session"."userId" WHERE "Session"."id" = ?`
const selectCode = `SELECT ${codeWithSession.select} FROM "AuthCode"
  JOIN "Session" ON "Session"."id" = "AuthCode"."sessionId" JOIN "User" ON "User"."id" = "Session"."userId"
  WHERE "AuthCode"."sessionId" = ? AND "AuthCode"."codeHash" = ?`

/** Finds the code's row with its Session and its User, whom every code has. */
export async function findAuthCode(
  sessionId: string,
  codeHash: string,
): Promise<(AuthCode & { session: Session & { userId: string; user: User } }) | null> {
  const row = await findRow(selectCode, [sessionId, codeHash])
  if (!row) return null
  const { AuthCode, Session, User } = codeWithSession.read(row)
  return Object.assign(AuthCode, { session: Object.assign(fromRow(Session), { userId: User.id, user: User }) })
}

export async function findSession(id: string): Promise<Session | null> {
  const row = await findRow(selectSession, [id])
  return row && fromRow(sessionOnly.read(row).Session)
}

export async function findSessionWithUser(id: string): Promise<(Session & { user: User | null }) | null> {
  const row = await findRow(selectSessionWithUser, [id])
  if (!row) return null
  const { Session, User } = sessionWithUser.read(row)
  return Object.assign(fromRow(Session), { user: Session.userId === null ? null : User })
}

/**
 * Consumes the code and stores the token state, in one statement. Only one of several concurrent callers gets true.
 * @param facts.idleExpiresAt and `expiresAt` replace the code's short lifetime with the Session's
 */
export async function startSession(
  id: string,
  facts: Pick<Session, "refreshTokenHash" | "idleExpiresAt" | "expiresAt"> & {
    startedAt: Date
    dpopJkt?: string | null
  },
): Promise<boolean> {
  const { refreshTokenHash, startedAt, idleExpiresAt, expiresAt, dpopJkt = null } = facts
  const changed = await changeRows(
    `UPDATE "Session" SET "refreshTokenHash" = ?, "dpopJkt" = ?, "startedAt" = ?, "idleExpiresAt" = ?, "expiresAt" = ?
      WHERE "id" = ? AND "startedAt" IS NULL AND "revokedAt" IS NULL`,
    [refreshTokenHash, dpopJkt, startedAt, idleExpiresAt, expiresAt, id],
  )
  return changed === 1
}

const rotatable = `"id" = ? AND "refreshTokenHash" = ? AND "revokedAt" IS NULL AND "expiresAt" > ? AND "idleExpiresAt" > ?`
const rotate = `"refreshTokenHash" = ?, "previousRefreshTokenHash" = ?, "rotatedAt" = ?, "rotations" = "rotations" + 1`
const rotateOnly = `UPDATE "Session" SET ${rotate} WHERE ${rotatable}`
const rotateAndExtend = `UPDATE "Session" SET ${rotate}, "idleExpiresAt" = ? WHERE ${rotatable}`

/**
 * Replaces the current refresh token with the next, in one statement. Only one of several concurrent callers with the same
 * token gets true.
 * @param next.idleExpiresAt null leaves the idle end and its index unchanged
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

/** The write that revokes a Session, or all Sessions of a User. The first reason stays. */
export function revocationWrite(column: "id" | "userId", value: string, reason: RevokedReason, now: Date): Write {
  return [
    `UPDATE "Session" SET "revokedAt" = ?, "revokedReason" = ? WHERE "revokedAt" IS NULL AND "${column}" = ?`,
    [now, reason, value],
  ]
}

/** Revokes a Session. @returns false when it does not exist or was already revoked */
export function revokeSession(
  { id, userId, clientId }: Pick<Session, "id" | "userId" | "clientId">,
  reason: RevokedReason,
  now: Date,
  { actor, address, browser, os }: Source,
): Promise<boolean> {
  return writeIfFirst(
    revocationWrite("id", id, reason, now),
    auditWrite({
      kind: "session_revoked",
      at: now,
      actor,
      address,
      browser,
      os,
      userId,
      clientId,
      flowId: id,
      detail: reason,
    }),
  )
}

/** Revokes all Sessions of a User. @returns how many */
export async function revokeSessionsOfUser(
  userId: string,
  reason: RevokedReason,
  now: Date,
  source: Source,
): Promise<number> {
  const event = { ...source, kind: "sessions_revoked", at: now, userId, detail: reason } as const
  const [changed = 0] = await write(revocationWrite("userId", userId, reason, now), auditWrite(event))
  return changed
}

export type ListedSession = Session & { user: { email: string } | null; client: { clientName: string } }

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
