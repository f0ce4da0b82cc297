import { type Command, InvalidArgumentError } from "commander"
import { findSession, listSessions, revokeSession, revokeSessionsOfUser, type Session } from "@/lib/data/sessions"
import { OperatorError } from "@/lib/operator-errors"
import { type Answer, action, missing } from "./action"
import { formatTable, toSeconds, toText } from "./text"
import { requireUser } from "./user"

type Options = { user?: string; client?: string; limit: number; json?: boolean }

export function addSessionsCommands(program: Command): void {
  const sessions = program.command("sessions").description("list and revoke what users authorized clients to do")

  sessions
    .command("list")
    .description("list Sessions, the newest first")
    .option("--user <user>", "of this user only, by email address or sub")
    .option("--client <client-id>", "of this client only")
    .option("--limit <n>", "how many", parseLimit, 100)
    .option("--json", "print one JSON object")
    .action(action(list))

  sessions
    .command("revoke [session-id]")
    .description("revoke a Session, or all of a user: their access and refresh tokens end at once")
    .option("--user <user>", "all Sessions of this user, by email address or sub")
    .option("--json", "print one JSON object")
    .action(action(revoke))
}

function parseLimit(value: string): number {
  if (!/^[1-9]\d{0,5}$/.test(value)) throw new InvalidArgumentError("It must be a number from 1 to 999999")
  return Number(value)
}

async function list({ user, client, limit }: Options): Promise<Answer> {
  const userId = user === undefined ? undefined : (await requireUser(user)).id
  const sessions = await listSessions({ ...(userId && { userId }), ...(client && { clientId: client }) }, limit)
  return {
    json: { sessions: sessions.map(toJson) },
    text: formatTable(
      ["SESSION", "USER", "CLIENT", "STATE", "SINCE", "SCOPE"],
      sessions.map((session) => [
        session.id,
        session.userId,
        session.clientId,
        stateOf(session),
        toText(session.createdAt),
        session.scope.join(" "),
      ]),
      "There are no Sessions.",
    ),
  }
}

async function revoke(id: string | undefined, { user }: Options): Promise<Answer> {
  const now = new Date()
  if ((id === undefined) === (user === undefined)) {
    throw new OperatorError("Name one Session to revoke, or a user with --user, and not both.")
  }
  if (user !== undefined) {
    const count = await revokeSessionsOfUser((await requireUser(user)).id, "revoked_by_operator", now)
    return { json: { revoked: count }, text: `Revoked ${count} Sessions of ${user}.` }
  }
  const session = id === undefined ? null : await findSession(id)
  if (!session) missing("session", id ?? "")
  const revoked = await revokeSession(session.id, "revoked_by_operator", now)
  return {
    json: { sid: session.id, revoked: revoked ? 1 : 0 },
    text: revoked ? `Revoked the Session ${session.id}.` : `The Session ${session.id} was revoked already.`,
  }
}

function stateOf({ revokedAt, expiresAt, idleExpiresAt, startedAt }: Session): string {
  const now = new Date()
  if (revokedAt) return "revoked"
  if (expiresAt <= now || idleExpiresAt <= now) return "expired"
  return startedAt ? "active" : "code issued"
}

function toJson(session: Session) {
  return {
    sid: session.id,
    sub: session.userId,
    client_id: session.clientId,
    state: stateOf(session).replace(" ", "_"),
    scope: session.scope.join(" "),
    resource: session.resource,
    created_at: toSeconds(session.createdAt),
    started_at: toSeconds(session.startedAt),
    idle_expires_at: toSeconds(session.idleExpiresAt),
    expires_at: toSeconds(session.expiresAt),
    revoked_at: toSeconds(session.revokedAt),
    revoked_reason: session.revokedReason,
  }
}
