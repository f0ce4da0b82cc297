import { database, isUniqueViolation } from "./database"
import type { AuthCode as AuthCodeRow, Session as SessionRow } from "./generated/sqlite/client"
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

const split = (text: string) => text.split(" ").filter(Boolean)
const fromRow = (row: SessionRow): Session => ({ ...row, scope: split(row.scope), resource: split(row.resource) })

/** Whether a Session has started, has not been revoked and has not come to its idle or absolute end. */
export function isAlive(session: Session, now: Date): boolean {
  return (
    session.startedAt !== null && session.revokedAt === null && session.expiresAt > now && session.idleExpiresAt > now
  )
}

export type NewSession = Pick<Session, "id" | "userId" | "clientId" | "scope" | "resource" | "nonce" | "authTime">
export type NewAuthCode = Omit<AuthCode, "createdAt" | "sessionId">

/**
 * Stores a Session, not yet started, and its AuthCode. The Session alone is inert, so the two writes need no
 * transaction: the second one decides, by its unique state token.
 * @returns false when a code was already made for this state token; nothing then remains of the call
 */
export async function insertAuthCode(session: NewSession, code: NewAuthCode, now: Date): Promise<boolean> {
  const db = await database()
  if (await db.authCode.findUnique({ where: { stateTokenId: code.stateTokenId }, select: { codeHash: true } }))
    return false
  await db.session.create({
    data: {
      ...session,
      scope: session.scope.join(" "),
      resource: session.resource.join(" "),
      createdAt: now,
      idleExpiresAt: code.expiresAt,
      expiresAt: code.expiresAt,
    },
  })
  try {
    await db.authCode.create({ data: { ...code, sessionId: session.id, createdAt: now } })
    return true
  } catch (error) {
    await db.session.deleteMany({ where: { id: session.id } })
    if (isUniqueViolation(error)) return false
    throw error
  }
}

/** The code's row with its Session and User, or null. */
export async function findAuthCode(
  codeHash: string,
): Promise<(AuthCode & { session: Session & { user: User } }) | null> {
  const db = await database()
  const row = await db.authCode.findUnique({ where: { codeHash }, include: { session: { include: { user: true } } } })
  return row && { ...row, session: { ...fromRow(row.session), user: row.session.user } }
}

export async function findSession(id: string): Promise<Session | null> {
  const db = await database()
  const row = await db.session.findUnique({ where: { id } })
  return row && fromRow(row)
}

export async function findSessionWithUser(id: string): Promise<(Session & { user: User }) | null> {
  const db = await database()
  const row = await db.session.findUnique({ where: { id }, include: { user: true } })
  return row && { ...fromRow(row), user: row.user }
}

/**
 * Consumes the code and stores the token state, in one statement. Of any number of callers one gets true.
 * @param facts.idleExpiresAt and `expiresAt` replace the code's short life by the Session's
 */
export async function startSession(
  id: string,
  facts: { refreshTokenHash: string | null; startedAt: Date; idleExpiresAt: Date; expiresAt: Date },
): Promise<boolean> {
  const db = await database()
  const { count } = await db.session.updateMany({ where: { id, startedAt: null, revokedAt: null }, data: facts })
  return count === 1
}

/** Replaces the current refresh token by the next, in one statement. Of any number of callers who present the same token one gets true. */
export async function rotateRefreshToken(
  id: string,
  presentedHash: string,
  next: { refreshTokenHash: string; rotatedAt: Date; idleExpiresAt: Date },
): Promise<boolean> {
  const db = await database()
  const now = next.rotatedAt
  const { count } = await db.session.updateMany({
    where: { id, refreshTokenHash: presentedHash, revokedAt: null, expiresAt: { gt: now }, idleExpiresAt: { gt: now } },
    data: { ...next, previousRefreshTokenHash: presentedHash, rotations: { increment: 1 } },
  })
  return count === 1
}

/** Ends a Session. The first reason stays. @returns whether it was alive until now */
export async function revokeSession(id: string, reason: RevokedReason, now: Date): Promise<boolean> {
  const db = await database()
  const { count } = await db.session.updateMany({
    where: { id, revokedAt: null },
    data: { revokedAt: now, revokedReason: reason },
  })
  return count === 1
}

export async function revokeSessionsOfUser(userId: string, reason: RevokedReason, now: Date): Promise<number> {
  const db = await database()
  const { count } = await db.session.updateMany({
    where: { userId, revokedAt: null },
    data: { revokedAt: now, revokedReason: reason },
  })
  return count
}

/** The newest Sessions first. */
export async function listSessions(filter: { userId?: string; clientId?: string }, limit: number): Promise<Session[]> {
  const db = await database()
  return (await db.session.findMany({ where: filter, orderBy: { createdAt: "desc" }, take: limit })).map(fromRow)
}
