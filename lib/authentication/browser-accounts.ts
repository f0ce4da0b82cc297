import { hashToken } from "@/lib/protocol/random"
import { findSignedInUser, type SignedIn } from "@/lib/sessions/browser-sessions"

/** An account that is signed in in a browser. `id` names it in a form. */
export type BrowserAccount = SignedIn & { token: string; id: string }

/** The tokens of this browser in which someone is signed in, also several of one person. The one in use is the first. */
export async function listLiveTokens(active: string | null, others: string[]): Promise<string[]> {
  const tokens = [...new Set([...(active ? [active] : []), ...others])]
  const signedIn = await Promise.all(tokens.map(findSignedInUser))
  return tokens.filter((_, i) => signedIn[i] !== null)
}

/** The accounts that are signed in in this browser, the one in use first. */
export async function listBrowserAccounts(active: string | null, others: string[]): Promise<BrowserAccount[]> {
  const tokens = [...new Set([...(active ? [active] : []), ...others])]
  const found = await Promise.all(
    tokens.map(async (token) => {
      const signedIn = await findSignedInUser(token)
      return signedIn ? [{ ...signedIn, token, id: hashToken(signedIn.tokenHash).slice(0, 22) }] : []
    }),
  )
  // The same person may have signed in again.
  const accounts = found.flat()
  return accounts.filter(({ user }, i) => accounts.findIndex((one) => one.user.id === user.id) === i)
}
