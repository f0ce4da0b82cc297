import { verifySecondFactor, withSecondFactor } from "@/lib/accounts/second-factor"
import { currentTime } from "@/lib/clock"
import { insertAuditEvent, type Source } from "@/lib/data/audit-events"
import { completeBrowserSession } from "@/lib/data/second-factor"
import type { Flow } from "@/lib/flows/flow"
import { count } from "@/lib/metrics"
import type { SignedIn } from "@/lib/sessions/browser-sessions"

/**
 * Completes the sign-in of a User who has entered the password, with a code of the authenticator app or a recovery code.
 * @param flow the authorization that this sign-in is part of, or null
 * @returns the seconds to wait after too many attempts, or 0 for a wrong code
 */
export async function completeSignIn(
  { user, tokenHash, amr }: SignedIn,
  code: string,
  source: Source,
  flow: Flow | null,
): Promise<{ ok: true } | { ok: false; waitSeconds: number }> {
  flow?.step("authorization.verifies_credentials")
  const result = await verifySecondFactor(user, code)
  if ("waitSeconds" in result) {
    flow?.fail({ reason: "too_many_attempts" })
    return { ok: false, waitSeconds: result.waitSeconds }
  }
  if (result.used === null) {
    count("failed_sign_ins", ["code"])
    // Recorded because the password was correct: the owner should know.
    await insertAuditEvent({
      ...source,
      userId: user.id,
      kind: "sign_in_failed",
      at: currentTime(),
      detail: "second factor",
    })
    flow?.fail({ reason: "credentials_wrong" })
    return { ok: false, waitSeconds: 0 }
  }
  const kind = result.used === "totp" ? "signed_in" : "recovery_code_used"
  const event = { userId: user.id, kind, at: currentTime(), ...source } as const
  await completeBrowserSession(tokenHash, withSecondFactor(amr).join(" "), event)
  flow?.concerns({ userId: user.id })
  return { ok: true }
}
