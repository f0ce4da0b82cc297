import { setTimeout as wait } from "node:timers/promises"
import { verifyPassword } from "@/lib/accounts/password"
import type { User } from "@/lib/data/users"
import { countAttempt, findAttemptKey, forgiveAttempt } from "./sign-in-limits"

/** Whether the password was right, or the seconds to wait. */
export type PasswordCheck = { ok: boolean } | { ok: false; waitSeconds: number }

/**
 * Checks the password of a User who is signed in, limited like a sign-in.
 * @returns whether it is right, or the seconds to wait after too many attempts
 * @throws PasswordPoolBusyError
 */
export async function confirmPassword(user: User, password: string, address: string): Promise<PasswordCheck> {
  const key = await findAttemptKey(user.email, address)
  const { waitSeconds, delayMs } = await countAttempt(key)
  if (waitSeconds > 0) return { ok: false, waitSeconds }
  const ok = await verifyPassword(password, user.passwordHash)
  if (ok) await forgiveAttempt(key)
  else await wait(delayMs)
  return { ok }
}
