import { countSignInAttempt, type SignInLimitKind } from "@/lib/data/sign-in-limits"
import { OAuthError } from "@/lib/protocol/errors"
import { addressKey } from "./address-key"

/**
 * Counts a request that anyone can send, against the network address that sent it.
 * @param description what there was too much of, and what to do
 * @throws OAuthError temporarily_unavailable with status 429 above the limit
 */
export async function limitByAddress(kind: SignInLimitKind, address: string, description: string): Promise<void> {
  const { waitSeconds } = await countSignInAttempt(kind, addressKey(address))
  if (waitSeconds === 0) return
  const headers = { "Retry-After": String(waitSeconds) }
  throw new OAuthError("temporarily_unavailable", description, "too_many_attempts", { status: 429, headers })
}
