import { config } from "@/lib/config"
import {
  type BrowserSessionStart,
  deleteBrowserSession,
  findBrowserSession,
  insertBrowserSession,
} from "@/lib/data/browser-sessions"
import type { User } from "@/lib/data/users"
import { generateToken, hashToken } from "@/lib/protocol/random"

/** `tokenHash` is that of the BrowserSession. */
export type SignedIn = { user: User; authenticatedAt: Date; tokenHash: string }
export type NewBrowserSession = { token: string; expiresAt: Date }

/**
 * A new cookie value, and what is to be stored for it. The browser's earlier BrowserSession ends when that is stored.
 * @param authenticatedAt when the credentials were looked up: if they change while a password is still being verified,
 * the sign-in is from before the change
 */
export function makeBrowserSession(
  previousToken: string | null,
  authenticatedAt = new Date(),
): { browserSession: NewBrowserSession; start: BrowserSessionStart } {
  const token = generateToken()
  const expiresAt = new Date(authenticatedAt.getTime() + config().BROWSER_SESSION_SECONDS * 1000)
  const previousTokenHash = previousToken ? hashToken(previousToken) : null
  const start = { tokenHash: hashToken(token), authenticatedAt, expiresAt, previousTokenHash }
  return { browserSession: { token, expiresAt }, start }
}

/** Records that a User signed in. The parameters are those of `makeBrowserSession`. */
export async function startBrowserSession(
  userId: string,
  previousToken: string | null,
  authenticatedAt = new Date(),
): Promise<NewBrowserSession> {
  const { browserSession, start } = makeBrowserSession(previousToken, authenticatedAt)
  await insertBrowserSession(userId, start)
  return browserSession
}

/** Finds the User of the browser with this cookie value; null when no one is signed in, or the User is disabled. */
export async function findSignedInUser(token: string | null): Promise<SignedIn | null> {
  if (!token) return null
  const browserSession = await findBrowserSession(hashToken(token))
  if (!browserSession || browserSession.expiresAt <= new Date()) return null
  const { user, authenticatedAt, tokenHash } = browserSession
  return isSignInValid(user, authenticatedAt) && !isVerificationMissing(user)
    ? { user, authenticatedAt, tokenHash }
    : null
}

/**
 * Whether a sign-in of this User is still valid: the User is not disabled, and neither that nor a new password came after
 * it. Without a User there is no sign-in that could end.
 */
export function isSignInValid(user: User | null, authenticatedAt: Date): boolean {
  if (user === null) return true
  return user.disabledAt === null && (user.signInsCountFrom === null || authenticatedAt >= user.signInsCountFrom)
}

/** Whether the User cannot sign in until they have verified their email address. */
export const isVerificationMissing = ({ emailVerifiedAt }: User): boolean =>
  emailVerifiedAt === null && config().REQUIRE_VERIFIED_EMAIL

/** Signs this browser out, and ends the Sessions that were authorized in it without offline_access. */
export async function endBrowserSession(token: string): Promise<void> {
  await deleteBrowserSession(hashToken(token), new Date())
}
