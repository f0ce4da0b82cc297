import { config } from "@/lib/config"
import type { Session } from "@/lib/data/sessions"

/** Whether a Session has started, has not been revoked and has not reached its idle or absolute end. */
export function isAlive(session: Session, now: Date): boolean {
  return (
    session.startedAt !== null && session.revokedAt === null && session.expiresAt > now && session.idleExpiresAt > now
  )
}

/** The idle and the absolute end of a Session that starts now. */
export function newSessionEnds(now: Date): Pick<Session, "idleExpiresAt" | "expiresAt"> {
  const expiresAt = new Date(now.getTime() + config().SESSION_SECONDS * 1000)
  return { idleExpiresAt: idleEnd(now, expiresAt), expiresAt }
}

/**
 * The idle end after a refresh. It moves when it is off by a hundredth of the idle time, because moving it, and its place
 * in an index, costs more than the rotation itself.
 * @returns null when it stays
 */
export function nextIdleEnd({ idleExpiresAt, expiresAt }: Session, now: Date): Date | null {
  const next = idleEnd(now, expiresAt)
  const step = (next.getTime() - now.getTime()) / 100
  return Math.abs(next.getTime() - idleExpiresAt.getTime()) < step ? null : next
}

function idleEnd(now: Date, expiresAt: Date): Date {
  return new Date(Math.min(now.getTime() + config().SESSION_IDLE_SECONDS * 1000, expiresAt.getTime()))
}

/** The times of a Session, for the flow inspector. */
export function describeLifetime({ startedAt, idleExpiresAt, expiresAt, revokedAt, revokedReason }: Session) {
  return {
    started_at: startedAt?.toISOString() ?? null,
    idle_expires_at: idleExpiresAt.toISOString(),
    expires_at: expiresAt.toISOString(),
    ...(revokedAt && { revoked_at: revokedAt.toISOString(), revoked_reason: revokedReason }),
  }
}
