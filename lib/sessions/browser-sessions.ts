import { currentTime } from "@/lib/clock"
import { config } from "@/lib/config"
import type { Source } from "@/lib/data/audit-events"
import {
  type BrowserSessionStart,
  deleteBrowserSession,
  findBrowserSession,
  insertBrowserSession,
  touchBrowserSession,
} from "@/lib/data/browser-sessions"
import type { User } from "@/lib/data/users"
import { acrOf } from "@/lib/protocol/acr"
import { generateToken, hashToken } from "@/lib/protocol/random"

/** `tokenHash` is that of the BrowserSession, `amr` how the User signed in (RFC 8176). */
export type SignedIn = { user: User; authenticatedAt: Date; tokenHash: string; amr: string[] }

/** A new cookie value. `expiresAt` is null for a cookie that ends with the browser. */
export type NewBrowserSession = { token: string; expiresAt: Date | null }

/** How a User signed in, and in what browser. `keep` is whether the cookie outlives the browser. */
export type SignInFacts = {
  source?: Source
  amr?: string[]
  keep?: boolean
  kind?: BrowserSessionStart["kind"]
  keepsOthers?: boolean
}

/**
 * A new cookie value, and what is to be stored for it. The browser's earlier BrowserSession ends when that is stored.
 * @param authenticatedAt when the credentials were looked up: if they change while a password is still being verified,
 * the sign-in is from before the change
 */
export function makeBrowserSession(
  previousToken: string | null,
  authenticatedAt = currentTime(),
  { source, amr = ["pwd"], keep = false, kind, keepsOthers }: SignInFacts = {},
): { browserSession: NewBrowserSession; start: BrowserSessionStart } {
  const token = generateToken()
  const expiresAt = new Date(authenticatedAt.getTime() + config().BROWSER_SESSION_SECONDS * 1000)
  const previousTokenHash = previousToken ? hashToken(previousToken) : null
  const facts = { authenticatedAt, expiresAt, previousTokenHash, keepsOthers, kind }
  const start = { tokenHash: hashToken(token), ...facts, ...source, amr: amr.join(" ") }
  return { browserSession: { token, expiresAt: keep ? expiresAt : null }, start }
}

/** Records that a User signed in. The parameters are those of `makeBrowserSession`. */
export async function startBrowserSession(
  userId: string,
  previousToken: string | null,
  authenticatedAt = currentTime(),
  facts: SignInFacts = {},
): Promise<NewBrowserSession> {
  const { browserSession, start } = makeBrowserSession(previousToken, authenticatedAt, facts)
  await insertBrowserSession(userId, start)
  return browserSession
}

/** Seconds. How exact `lastUsedAt` is: a request should rarely write. */
const touchSeconds = 60 * 60

/**
 * Finds the User of the browser with this cookie value; null when no one is signed in, the User is disabled, or the second
 * factor is missing.
 */
export async function findSignedInUser(token: string | null): Promise<SignedIn | null> {
  const found = await findSignIn(token)
  return found && !isFactorMissing(found) ? found : null
}

/**
 * Finds the User who has entered the password in this browser a moment ago, and not yet the second factor. An older password
 * is asked for again: with the code it would become a sign-in of now.
 */
export async function findIncompleteSignIn(token: string | null): Promise<SignedIn | null> {
  const found = await findSignIn(token)
  return found && isFactorMissing(found) && isRecentSignIn(found) ? found : null
}

/** Seconds. A sensitive change, and the code after a password, need a sign-in that is not older. */
const recentSeconds = 10 * 60

export const isRecentSignIn = ({ authenticatedAt }: Pick<SignedIn, "authenticatedAt">) =>
  currentTime().getTime() - authenticatedAt.getTime() < recentSeconds * 1000

const isFactorMissing = ({ user, amr }: SignedIn) => user.totp !== null && acrOf(amr) === "1"

async function findSignIn(token: string | null): Promise<SignedIn | null> {
  if (!token) return null
  const browserSession = await findBrowserSession(hashToken(token))
  const now = currentTime()
  if (!browserSession || browserSession.expiresAt <= now) return null
  const { user, authenticatedAt, tokenHash, amr, lastUsedAt } = browserSession
  if (!isSignInValid(user, authenticatedAt) || isVerificationMissing(user)) return null
  const since = new Date(now.getTime() - touchSeconds * 1000)
  if (lastUsedAt === null || lastUsedAt < since) await touchBrowserSession(tokenHash, since, now)
  return { user, authenticatedAt, tokenHash, amr: amr.split(" ") }
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

/**
 * Signs this browser out, and ends the Sessions that were authorized in it without offline_access.
 * @returns the client ID of each notification that was stored
 */
export function endBrowserSession(token: string, source: Source): Promise<string[]> {
  return deleteBrowserSession(hashToken(token), currentTime(), source)
}
