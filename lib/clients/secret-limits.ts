import { RateLimiterMemory, type RateLimiterRes } from "rate-limiter-flexible"
import { addressKey } from "@/lib/accounts/address-key"
import { config } from "@/lib/config"
import { perProcess } from "@/lib/per-process"
import { OAuthError } from "@/lib/protocol/errors"

/**
 * Refused secrets and assertions of this process. In memory, so that callers without credentials cause no writes; created
 * with the first failure, so that a server without any does no work for it.
 */
const failures = perProcess<RateLimiterMemory>("client authentication failures")

/** By client and address: strangers elsewhere cannot lock a client out. */
const keyOf = (clientId: string, address: string) => `${clientId} ${addressKey(address)}`

/**
 * Checks, before the credentials of a client, that not too many were refused.
 * @param findAddress returns the network address of the request; called only when this process has refused credentials
 * @throws OAuthError temporarily_unavailable with status 429
 */
export async function checkFailures(clientId: string, findAddress: () => string): Promise<void> {
  const counted = await failures.value?.get(keyOf(clientId, findAddress()))
  if (counted && counted.remainingPoints <= 0) throw tooMany(counted)
}

/** Counts credentials of a client that were refused. */
export async function countFailure(clientId: string, address: string): Promise<void> {
  const { SIGN_IN_ATTEMPTS_PER_ADDRESS: points, SIGN_IN_WINDOW_SECONDS: duration } = config()
  failures.value ??= new RateLimiterMemory({ points, duration })
  await failures.value.consume(keyOf(clientId, address)).catch(() => undefined)
}

function tooMany({ msBeforeNext }: RateLimiterRes): OAuthError {
  const seconds = Math.max(1, Math.ceil(msBeforeNext / 1000))
  return new OAuthError(
    "temporarily_unavailable",
    `Too many wrong credentials were sent for this client. Correct them, and try again in ${seconds} seconds.`,
    "too_many_attempts",
    { status: 429, headers: { "Retry-After": String(seconds) } },
  )
}
