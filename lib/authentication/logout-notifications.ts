import { currentTime } from "@/lib/clock"
import { config } from "@/lib/config"
import { type Client, findClient } from "@/lib/data/clients"
import {
  claimAttempt,
  deleteNotification,
  type LogoutNotification,
  listDueNotifications,
} from "@/lib/data/logout-notifications"
import { signJwt } from "@/lib/keys/jwt"
import { createOutbox, type Failure } from "@/lib/outbox"
import { generateId } from "@/lib/protocol/random"

/** How long a client may take to answer, in milliseconds. */
const timeoutMs = 5_000

/** How long a logout token is valid, in seconds: Back-Channel Logout 1.0 section 2.4 recommends at most two minutes. */
const tokenSeconds = 120

export const { sendDue: sendDueNotifications, sendInBackground: sendNotificationsInBackground } =
  createOutbox<LogoutNotification>({
    event: "logout_notification",
    retrySeconds: [10, 60, 5 * 60, 30 * 60, 2 * 3600, 6 * 3600, 24 * 3600],
    list: listDueNotifications,
    claim: claimAttempt,
    async send(notification) {
      const client = await findClient(notification.clientId)
      return client?.backchannelLogoutUri ? postLogoutToken(client, notification) : null
    },
    finish: ({ sessionId }) => deleteNotification(sessionId),
    describe: ({ clientId }) => ({ client_id: clientId }),
  })

/** Starts to send the notifications that were stored just now. */
export const notifyClients = (): void => void sendNotificationsInBackground()

/** Back-Channel Logout 1.0 section 2.5. @returns why it failed, or null */
async function postLogoutToken(client: Client, notification: LogoutNotification): Promise<Failure | null> {
  const body = new URLSearchParams({ logout_token: await issueLogoutToken(client, notification) })
  try {
    const response = await fetch(client.backchannelLogoutUri ?? "", {
      method: "POST",
      body,
      redirect: "manual",
      signal: AbortSignal.timeout(timeoutMs),
    })
    await response.body?.cancel()
    return response.ok ? null : { problem: `status ${response.status}` }
  } catch (error) {
    return { problem: error instanceof Error ? error.name : "unknown" }
  }
}

/** Issues a logout token, Back-Channel Logout 1.0 section 2.4. */
function issueLogoutToken(client: Client, { sessionId, userId }: LogoutNotification): Promise<string> {
  const iat = Math.floor(currentTime().getTime() / 1000)
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
