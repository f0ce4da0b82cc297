import { hashToken } from "@/lib/protocol/random"
import { findSignedInUser, type SignedIn } from "@/lib/sessions/browser-sessions"

/** An account that is signed in in a browser. `id` names it in a form. */
export type BrowserAccount = SignedIn & { token: string; id: string }

/** Every sign-in in this browser that is still valid, also several of one person. The one in use is the first. */
export async function listSignIns(active: string | null, others: string[]): Promise<BrowserAccount[]> {
  const tokens = [...new Set([...(active ? [active] : []), ...others])]
  const found = await Promise.all(
    tokens.map(async (token) => {
      const signedIn = await findSignedInUser(token)
      return signedIn ? [{ ...signedIn, token, id: hashToken(signedIn.tokenHash).slice(0, 22) }] : []
    }),
  )
  return found.flat()
}

/** The accounts that are signed in in this browser, each once, the one in use first. */
export async function listBrowserAccounts(active: string | null, others: string[]): Promise<BrowserAccount[]> {
  const signIns = await listSignIns(active, others)
  return signIns.filter(({ user }, i) => signIns.findIndex((one) => one.user.id === user.id) === i)
}
