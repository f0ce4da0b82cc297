import { verifyPassword } from "@/lib/accounts/password"
import { countSignInAttempt } from "@/lib/data/sign-in-limits"
import type { User } from "@/lib/data/users"

/** Whether the password was right, or the seconds to wait. */
export type PasswordCheck = { ok: boolean } | { ok: false; waitSeconds: number }

/**
 * Checks the password of a User who is signed in. Right and wrong ones count, because each costs a bcrypt, and have a budget
 * of their own: failed sign-ins of strangers cannot keep the owner from changing the password.
 * @returns whether it is right, or the seconds to wait after too many attempts
 * @throws PasswordPoolBusyError
 */
export async function confirmPassword(user: User, password: string): Promise<PasswordCheck> {
  const { waitSeconds } = await countSignInAttempt("confirmation", user.id)
  if (waitSeconds > 0) return { ok: false, waitSeconds }
  return { ok: await verifyPassword(password, user.passwordHash) }
}
