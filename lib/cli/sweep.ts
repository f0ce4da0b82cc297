import type { Command } from "commander"
import { sweep } from "@/lib/sweep"
import { type Answer, action, addJsonOption } from "./action"

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
    text: `Deleted ${sessions} sessions, ${browserSessions} browser sessions, ${operatorSessions} operator sessions, ${signInLimits} sign-in limits, ${signingKeys} signing keys, ${flowEvents} flow events, ${clients} unused clients, ${emailLinks} links from emails, ${mail} old emails and ${auditEvents} audit events.`,
  }
}
