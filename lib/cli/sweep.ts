import type { Command } from "commander"
import { sweep } from "@/lib/sweep"
import { type Answer, action, addJsonOption } from "./action"
import { plural } from "./text"

export function addSweepCommand(program: Command): void {
  addJsonOption(program.command("sweep"))
    .description("delete expired data now; a running server does it every minute")
    .action(action(deleteExpired))
}

async function deleteExpired(_options: { json?: boolean }): Promise<Answer> {
  const {
    sessions,
    browserSessions,
    operatorSessions,
    signInLimits,
    signingKeys,
    flowEvents,
    clients,
    emailLinks,
    mail,
    auditEvents,
  } = await sweep()
  return {
    json: {
      sessions,
      browser_sessions: browserSessions,
      operator_sessions: operatorSessions,
      sign_in_limits: signInLimits,
      signing_keys: signingKeys,
      flow_events: flowEvents,
      clients,
      email_links: emailLinks,
      emails: mail,
      audit_events: auditEvents,
    },
    text: `Deleted ${plural(sessions, "session")}, ${plural(browserSessions, "browser session")}, ${plural(operatorSessions, "operator session")}, ${plural(signInLimits, "sign-in limit")}, ${plural(signingKeys, "signing key")}, ${plural(flowEvents, "flow event")}, ${plural(clients, "unused client")}, ${plural(emailLinks, "email link")}, ${plural(mail, "old email")} and ${plural(auditEvents, "audit event")}.`,
  }
}
