import { config } from "@/lib/config"
import { type Client, findClient } from "@/lib/data/clients"
import {
  claimAttempt,
  deleteNotification,
  type LogoutNotification,
  listDueNotifications,
} from "@/lib/data/logout-notifications"
import { signJwt } from "@/lib/keys/jwt"
import { log } from "@/lib/log"
import { generateId } from "@/lib/protocol/random"

/** Seconds after each failed attempt until the next one. After the last one the notification is given up. */
const retrySeconds = [10, 60, 5 * 60, 30 * 60, 2 * 3600, 6 * 3600, 24 * 3600]

/** How long a client may take to answer, in milliseconds. */
const timeoutMs = 5_000

/** How long a logout token is valid, in seconds: Back-Channel Logout 1.0 section 2.4 recommends at most two minutes. */
const tokenSeconds = 120

/** Notifications per round, sent in parallel. */
const batch = 20

let sending = false

/** Sends the notifications that are due, unless this process is sending. A failure is logged, and the next round tries again. */
export async function sendNotificationsInBackground(): Promise<void> {
  if (sending) return
  sending = true
  try {
    while ((await sendDueNotifications()) === batch);
  } catch (error) {
    log().error({ event: "logout_notifications_failed", problem: error instanceof Error ? error.name : "unknown" })
  } finally {
    sending = false
  }
}

/** Sends the notifications that are due. @returns how many there were, at most `batch` */
export async function sendDueNotifications(now = new Date()): Promise<number> {
  const due = await listDueNotifications(now, batch)
  await Promise.all(due.map((notification) => sendNotification(notification, now)))
  return due.length
}

async function sendNotification(notification: LogoutNotification, now: Date): Promise<void> {
  const { sessionId, clientId, attempts } = notification
  const seconds = retrySeconds[attempts]
  if (!(await claimAttempt(notification, new Date(now.getTime() + (seconds ?? 0) * 1000)))) return
  const client = await findClient(clientId)
  const problem = client?.backchannelLogoutUri ? await postLogoutToken(client, notification) : null
  if (problem === null) return deleteNotification(sessionId)
  const isLast = seconds === undefined
  const event = isLast ? "logout_notification_given_up" : "logout_notification_failed"
  log().warn({ event, client_id: clientId, attempts: attempts + 1, problem })
  if (isLast) await deleteNotification(sessionId)
}

/** Back-Channel Logout 1.0 section 2.5. @returns why it failed, or null */
async function postLogoutToken(client: Client, notification: LogoutNotification): Promise<string | null> {
  const body = new URLSearchParams({ logout_token: await issueLogoutToken(client, notification) })
  try {
    const response = await fetch(client.backchannelLogoutUri ?? "", {
      method: "POST",
      body,
      redirect: "manual",
      signal: AbortSignal.timeout(timeoutMs),
    })
    await response.body?.cancel()
    return response.ok ? null : `status ${response.status}`
  } catch (error) {
    return error instanceof Error ? error.name : "unknown"
  }
}

/** Issues a logout token, Back-Channel Logout 1.0 section 2.4. */
function issueLogoutToken(client: Client, { sessionId, userId }: LogoutNotification): Promise<string> {
  const iat = Math.floor(Date.now() / 1000)
  return signJwt(client.idTokenSignedResponseAlg, "logout+jwt", {
    iss: config().issuer,
    sub: userId,
    aud: client.clientId,
    iat,
    exp: iat + tokenSeconds,
    jti: generateId(),
    sid: sessionId,
    events: { "http://schemas.openid.net/event/backchannel-logout": {} },
  })
}
