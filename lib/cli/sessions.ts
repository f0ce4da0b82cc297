import { type Command, InvalidArgumentError } from "commander"
import { currentTime } from "@/lib/clock"
import { byOperator } from "@/lib/data/audit-events"
import { revokeSessionsBefore } from "@/lib/data/end-before"
import { findSession, type ListedSession, listSessions, revokeSession, revokeSessionsOfUser } from "@/lib/data/sessions"
import { type Answer, action, addJsonOption, addYesOption, throwNotFound, UsageError } from "./action"
import { confirm } from "./confirm"
import { formatTable, plural, toSeconds, toText } from "./text"
import { parseAllBefore } from "./time"
import { getUser } from "./user"

type Options = { user?: string; client?: string; limit: number; yes?: boolean; json?: boolean }
type RevokeOptions = { user?: string; all?: boolean; before?: string; yes?: boolean; json?: boolean }

export function addSessionsCommands(program: Command): void {
  const sessions = program.command("sessions").description("list and revoke sessions: one user signed in to one client")

  addJsonOption(sessions.command("list"))
    .description("list sessions, the newest first")
    .option("--user <user>", "only for this user: an email address or a sub")
    .option("--client <client-id>", "only for this client")
    .option("--limit <n>", "the maximum number of sessions", parseLimit, 100)
    .action(action(list))

  addYesOption(addJsonOption(sessions.command("revoke [session-id]")))
    .description(
      "revoke a session, or all sessions of a user, or all sessions that are older than a time; their access and refresh " +
        "tokens stop working immediately",
    )
    .option("--user <user>", "all sessions of this user: an email address or a sub")
    .option("--all", "all sessions of all users and clients that were created before --before")
    .option("--before <time>", "a time such as 2026-11-01T08:00:00Z")
    .action(action(revoke))
}

function parseLimit(value: string): number {
  if (!/^[1-9]\d{0,5}$/.test(value)) throw new InvalidArgumentError("Use a number from 1 to 999999")
  return Number(value)
}

async function list({ user, client, limit }: Options): Promise<Answer> {
  const userId = user === undefined ? undefined : (await getUser(user)).id
  const sessions = await listSessions({ ...(userId && { userId }), ...(client && { clientId: client }) }, limit)
  return {
    json: { sessions: sessions.map(toJson) },
    text: formatTable(
      ["SESSION", "USER", "CLIENT", "STATE", "STARTED", "SCOPE"],
      sessions.map((session) => [
        session.id,
        session.user?.email ?? "(none: the client itself)",
        session.client.clientName,
        describeState(session),
        toText(session.createdAt),
        session.scope.join(" "),
      ]),
      "No sessions.",
    ),
  }
}

async function revoke(id: string | undefined, options: RevokeOptions): Promise<Answer> {
  const { user, all, before, yes } = options
  const isAll = all !== undefined || before !== undefined
  if ([id !== undefined, user !== undefined, isAll].filter(Boolean).length !== 1) {
    throw new UsageError("Give the ID of a session, or --user, or --all with --before.")
  }
  if (isAll) return revokeAll(options)
  if (user !== undefined) {
    const { id: userId, email } = await getUser(user)
    await confirm(`Revoke all sessions of ${email}?`, { yes })
    const count = await revokeSessionsOfUser(userId, "revoked_by_operator", currentTime(), byOperator)
    return { json: { revoked: count }, text: `Revoked ${plural(count, "session")} of ${email}.` }
  }
  const session = id === undefined ? null : await findSession(id)
  if (!session) throwNotFound("session", id ?? "")
  await confirm(`Revoke the session ${session.id}?`, { yes })
  const revoked = await revokeSession(session, "revoked_by_operator", currentTime(), byOperator)
  return {
    json: { sid: session.id, revoked: revoked ? 1 : 0 },
    text: revoked ? `Revoked the session ${session.id}.` : `The session ${session.id} was already revoked.`,
  }
}

async function revokeAll({ yes, ...options }: RevokeOptions): Promise<Answer> {
  const before = parseAllBefore(options)
  await confirm(`Revoke all sessions that were created before ${toText(before)}?`, { yes })
  const count = await revokeSessionsBefore(before, currentTime(), byOperator)
  return { json: { revoked: count }, text: `Revoked ${plural(count, "session")} created before ${toText(before)}.` }
}

function stateOf({ revokedAt, expiresAt, idleExpiresAt, startedAt }: ListedSession) {
  const now = currentTime()
  if (revokedAt) return "revoked"
  if (expiresAt <= now || idleExpiresAt <= now) return "expired"
  return startedAt ? "active" : "code_issued"
}

/** The state for people. Until the client redeems the code, it has no tokens. */
function describeState(session: ListedSession): string {
  const state = stateOf(session)
  if (session.startedAt) return state
  return state === "code_issued" ? "code not redeemed" : `${state}, code not redeemed`
}

function toJson(session: ListedSession) {
  return {
    sid: session.id,
    sub: session.userId,
    email: session.user?.email ?? null,
    client_id: session.clientId,
    client_name: session.client.clientName,
    state: stateOf(session),
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
