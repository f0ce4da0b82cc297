import { currentTime } from "@/lib/clock"
import type { Device, Source } from "@/lib/data/audit-events"
import { deleteBrowserSessions, listBrowserSessions } from "@/lib/data/browser-sessions"
import { hashToken } from "@/lib/protocol/random"

/** A browser in which a User is signed in. */
export type SignedInBrowser = Device & {
  /** Identifies the browser in a form. It reveals neither the cookie nor the stored hash. */
  id: string
  isThis: boolean
  signedInAt: Date
  /** To the hour. */
  lastUsedAt: Date
}

const idOf = (tokenHash: string) => hashToken(tokenHash).slice(0, 22)

/** The browsers of a User, this one first. @param current the token hash of this browser's BrowserSession */
export async function listBrowsers(userId: string, current: string): Promise<SignedInBrowser[]> {
  const sessions = await listBrowserSessions(userId, currentTime())
  return sessions
    .map(({ tokenHash, authenticatedAt, lastUsedAt, browser, os }) => ({
      id: idOf(tokenHash),
      isThis: tokenHash === current,
      signedInAt: authenticatedAt,
      lastUsedAt: lastUsedAt ?? authenticatedAt,
      browser,
      os,
    }))
    .sort((a, b) => Number(b.isThis) - Number(a.isThis))
}

/**
 * Signs a User out in one browser, or in all but this one. Apps that were authorized there without offline_access lose their
 * access, and their clients are notified.
 * @param which the ID of one browser, or "others"
 * @returns how many browsers were signed out
 */
export async function endBrowsers(
  userId: string,
  which: string,
  { current, source }: { current: string | null; source: Source },
): Promise<number> {
  const sessions = await listBrowserSessions(userId, currentTime())
  const ended = sessions.filter(({ tokenHash }) =>
    which === "others" ? tokenHash !== current : idOf(tokenHash) === which,
  )
  if (ended.length > 0) {
    const detail = ended.map(({ browser, os }) => [browser, os].filter(Boolean).join(", ")).join("; ") || null
    await deleteBrowserSessions(ended, { userId, kind: "browser_ended", at: currentTime(), ...source, detail })
  }
  return ended.length
}
