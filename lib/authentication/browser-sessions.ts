import { config } from "@/lib/config"
import { deleteBrowserSession, findBrowserSession, insertBrowserSession } from "@/lib/data/browser-sessions"
import type { User } from "@/lib/data/users"
import { generateToken, hashToken } from "@/lib/protocol/random"

export type SignedIn = { user: User; authenticatedAt: Date }
export type NewBrowserSession = { token: string; expiresAt: Date }

/** Records that a User signed in, under a new cookie value. The browser's earlier BrowserSession ends. */
export async function startBrowserSession(userId: string, previousToken: string | null): Promise<NewBrowserSession> {
  const token = generateToken()
  const authenticatedAt = new Date()
  const expiresAt = new Date(authenticatedAt.getTime() + config().BROWSER_SESSION_SECONDS * 1000)
  await insertBrowserSession({ tokenHash: hashToken(token), userId, authenticatedAt, expiresAt })
  if (previousToken) await endBrowserSession(previousToken)
  return { token, expiresAt }
}

/** Who signed in in the browser that has this cookie value; null for nobody, or a User who has been disabled. */
export async function findSignedInUser(token: string | null): Promise<SignedIn | null> {
  if (!token) return null
  const browserSession = await findBrowserSession(hashToken(token))
  if (!browserSession || browserSession.expiresAt <= new Date() || browserSession.user.disabledAt) return null
  return { user: browserSession.user, authenticatedAt: browserSession.authenticatedAt }
}

/** Signs this browser out. */
export async function endBrowserSession(token: string): Promise<void> {
  await deleteBrowserSession(hashToken(token))
}
