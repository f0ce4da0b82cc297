import type { Command } from "commander"
import { sweep } from "@/lib/sweep"
import { type Answer, action } from "./action"

export function addSweepCommand(program: Command): void {
  program
    .command("sweep")
    .description("delete what has expired now; a running server does it by itself every minute")
    .option("--json", "print one JSON object")
    .action(action(run))
}

async function run(_options: { json?: boolean }): Promise<Answer> {
  const { sessions, browserSessions, operatorSessions, signInLimits, signingKeys, flowEvents } = await sweep()
  return {
    json: {
      sessions,
      browser_sessions: browserSessions,
      operator_sessions: operatorSessions,
      sign_in_limits: signInLimits,
      signing_keys: signingKeys,
      flow_events: flowEvents,
    },
    text: `Deleted ${sessions} Sessions, ${browserSessions} BrowserSessions, ${operatorSessions} operator sessions, ${signInLimits} sign-in limits, ${signingKeys} signing keys and ${flowEvents} flow events.`,
  }
}
