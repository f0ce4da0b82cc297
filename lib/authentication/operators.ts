import { currentTime } from "@/lib/clock"
import { config } from "@/lib/config"
import type { Source } from "@/lib/data/audit-events"
import {
  deleteOperatorSessions,
  enterOperatorSession,
  hasOperatorSession,
  insertOperatorTicket,
} from "@/lib/data/operator-sessions"
import { generateToken, hashToken } from "@/lib/protocol/random"

/** How long a link is valid, and how long the access that it gives lasts, in milliseconds. */
const ticketMs = 10 * 60 * 1000
const sessionMs = 8 * 60 * 60 * 1000

/** A link by which one browser may enter the flow inspector, once. @returns the URL, and until when it can be used */
export async function createOperatorLink(): Promise<{ url: string; expiresAt: Date }> {
  const ticket = generateToken()
  const expiresAt = new Date(currentTime().getTime() + ticketMs)
  await insertOperatorTicket(hashToken(ticket), expiresAt)
  return { url: `${config().issuer}/flows/enter?ticket=${ticket}`, expiresAt }
}

/** Consumes a link. @returns the value of the operator's cookie; null when the link was used already, or has expired */
export async function enterAsOperator(
  ticket: string,
  source: Source,
): Promise<{ token: string; expiresAt: Date } | null> {
  const enteredAt = currentTime()
  const token = generateToken()
  const expiresAt = new Date(enteredAt.getTime() + sessionMs)
  const session = { tokenHash: hashToken(token), enteredAt, expiresAt }
  const entered = await enterOperatorSession(hashToken(ticket), session, source)
  return entered ? { token, expiresAt } : null
}

/** Ends all access to the flow inspector, including links that have not been used. @returns how many there were */
export function closeInspector(): Promise<number> {
  return deleteOperatorSessions()
}

/** Whether the browser with this cookie may see the flow inspector. */
export async function maySeeFlows(operatorToken: string | null): Promise<boolean> {
  const { flowInspector } = config()
  if (flowInspector !== "operators") return flowInspector === "everyone"
  return operatorToken !== null && hasOperatorSession(hashToken(operatorToken), currentTime())
}
