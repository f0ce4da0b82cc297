import { once } from "node:events"
import type { Command } from "commander"
import { type AuditEvent, type AuditFilter, listAuditEvents } from "@/lib/data/audit-events"
import { type Answer, action, addJsonOption, UsageError } from "./action"
import { formatTable, toText } from "./text"
import { parseTime } from "./time"
import { getUser } from "./user"

type Options = {
  user?: string
  client?: string
  kind?: string
  since?: string
  until?: string
  limit?: string
  json?: boolean
}

/** Events per batch of an export. */
const batch = 1_000

export function addAuditCommands(program: Command): void {
  const audit = program
    .command("audit")
    .description("list and export the audit log: who did what, when, from where, for which client, in which flow")
  addJsonOption(addFilters(audit.command("list")))
    .description("list the newest events")
    .option("--limit <n>", "how many", "50")
    .action(action(list))
  addFilters(audit.command("export"))
    .description("write all events to standard output, the oldest first, one JSON object per line")
    .action(action(exportAll))
}

const addFilters = (command: Command) =>
  command
    .option("--user <email-or-sub>", "only those about this user; for a deleted user, the sub")
    .option("--client <client-id>", "only those about this client")
    .option("--kind <kind>", "only this kind, such as signed_in or client_updated")
    .option("--since <time>", "only from this time on, such as 2026-11-01 or 2026-11-01T08:00:00Z")
    .option("--until <time>", "only before this time")

async function list(options: Options): Promise<Answer> {
  const limit = Number(options.limit)
  if (!Number.isInteger(limit) || limit < 1) throw new UsageError("--limit must be a whole number above 0.")
  const events = await listAuditEvents(await parseFilter(options), { limit, newestFirst: true })
  return {
    json: { events: events.map(toJson) },
    text: formatTable(
      ["TIME", "ACTOR", "EVENT", "USER", "CLIENT", "ADDRESS", "DETAIL"],
      events.map(({ at, actor, kind, userId, clientId, address, detail }) => [
        toText(at),
        actor,
        kind,
        ...[userId, clientId, address, detail].map((value) => value ?? ""),
      ]),
      "No events.",
    ),
  }
}

async function exportAll(options: Options): Promise<Answer> {
  const filter = await parseFilter(options)
  for (let after: AuditEvent | null | undefined = null; after !== undefined; ) {
    const events: AuditEvent[] = await listAuditEvents(filter, { limit: batch, after })
    const lines = events.map((event) => `${JSON.stringify(toJson(event))}\n`).join("")
    if (!process.stdout.write(lines)) await once(process.stdout, "drain")
    after = events.length === batch ? events.at(-1) : undefined
  }
  return { json: {}, text: "" }
}

async function parseFilter({ user, client, kind, since, until }: Options): Promise<AuditFilter> {
  return {
    // A deleted user has no email address any more.
    userId: user === undefined ? undefined : user.includes("@") ? (await getUser(user)).id : user,
    clientId: client,
    kind,
    since: since === undefined ? undefined : parseTime("--since", since),
    until: until === undefined ? undefined : parseTime("--until", until),
  }
}

const toJson = ({ id, at, kind, actor, userId, clientId, address, browser, os, flowId, detail }: AuditEvent) => ({
  id,
  at: at.toISOString(),
  actor,
  event: kind,
  sub: userId,
  client_id: clientId,
  address,
  browser,
  os,
  flow_id: flowId,
  detail,
})
