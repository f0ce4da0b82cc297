import { addressKey } from "@/lib/accounts/address-key"
import { verifyPasskey } from "@/lib/accounts/passkeys"
import { currentTime } from "@/lib/clock"
import type { Source } from "@/lib/data/audit-events"
import { countSignInAttempt, refundSignInAttempt } from "@/lib/data/sign-in-limits"
import type { Flow } from "@/lib/flows/flow"
import { count } from "@/lib/metrics"
import { isVerificationMissing, type NewBrowserSession, startBrowserSession } from "@/lib/sessions/browser-sessions"

/**
 * Signs a User in with a passkey, without a password. Failures are counted by network address.
 * @param attempt.sealed the sealed challenge of the page; attempt.response is the browser's answer to it
 * @param flow the authorization that this sign-in is part of, or null
 * @returns the seconds to wait after too many attempts, or 0 when the passkey cannot be used
 */
export async function signInWithPasskey(
  attempt: {
    sealed: string
    response: string
    address: string
    previousToken: string | null
    keepsOthers?: boolean
    source: Source
  },
  flow: Flow | null,
): Promise<{ ok: true; browserSession: NewBrowserSession } | { ok: false; waitSeconds: number }> {
  flow?.step("authorization.verifies_credentials")
  const { waitSeconds } = await countSignInAttempt("address", addressKey(attempt.address))
  if (waitSeconds > 0) {
    flow?.fail({ reason: "too_many_attempts" })
    return { ok: false, waitSeconds }
  }
  const lookedUpAt = currentTime()
  const found = await verifyPasskey(attempt.sealed, attempt.response)
  if (!found || isVerificationMissing(found.user)) {
    count("failed_sign_ins", ["passkey"])
    flow?.fail({ reason: "credentials_wrong" })
    return { ok: false, waitSeconds: 0 }
  }
  const { user, amr } = found
  count("sign_ins", ["passkey"])
  await refundSignInAttempt("address", addressKey(attempt.address))
  flow?.concerns({ userId: user.id })
  const facts = { source: attempt.source, amr, keep: true, keepsOthers: attempt.keepsOthers }
  return { ok: true, browserSession: await startBrowserSession(user.id, attempt.previousToken, lookedUpAt, facts) }
}
