import { z } from "zod"
import { deleteBrowserSessionsOfUser } from "@/lib/data/browser-sessions"
import { revokeSessionsOfUser } from "@/lib/data/sessions"
import { insertUser, setPasswordHash, setUserDisabled, type User } from "@/lib/data/users"
import { generateId } from "@/lib/protocol/random"
import { hashPassword } from "./password"
import { findPasswordProblem } from "./password-rules"

export type UserProblem = { ok: false; field: "email" | "password" | "name"; message: string }

const emailSyntax = z.email().max(254)

/** The form in which an email address is stored and looked up. */
export function normalizeEmail(email: string): string {
  return email.trim().toLowerCase()
}

/** Makes a User. @throws PasswordPoolBusyError */
export async function createUser(facts: {
  email: string
  name: string | null
  password: string
}): Promise<{ ok: true; user: User } | UserProblem> {
  const email = normalizeEmail(facts.email)
  const name = facts.name?.trim() || null
  const problem = findUserProblem(email, name, facts.password)
  if (problem) return problem
  const user = await insertUser({ id: generateId(), email, name, passwordHash: await hashPassword(facts.password) })
  return user
    ? { ok: true, user }
    : { ok: false, field: "email", message: "There is a user with this email address already. Sign in instead." }
}

function findUserProblem(email: string, name: string | null, password: string): UserProblem | null {
  if (!emailSyntax.safeParse(email).success) {
    return { ok: false, field: "email", message: "Enter an email address, such as ada@example.com." }
  }
  // biome-ignore lint/suspicious/noControlCharactersInRegex: a name is shown to people, on one line
  if (name && (name.length > 100 || /[\u0000-\u001f\u007f]/.test(name))) {
    return { ok: false, field: "name", message: "Use at most 100 characters, on one line." }
  }
  const message = findPasswordProblem(password)
  return message ? { ok: false, field: "password", message } : null
}

/**
 * Sets a User's password and ends what was started with the old one: browser sessions and Sessions.
 * @returns a problem with the password, or null for an unknown User
 * @throws PasswordPoolBusyError
 */
export async function changePassword(userId: string, password: string): Promise<{ ok: true } | UserProblem | null> {
  const message = findPasswordProblem(password)
  if (message) return { ok: false, field: "password", message }
  if (!(await setPasswordHash(userId, await hashPassword(password)))) return null
  await deleteBrowserSessionsOfUser(userId)
  await revokeSessionsOfUser(userId, "password_changed", new Date())
  return { ok: true }
}

/** Keeps a User from signing in, and ends everything that they started. @returns whether there is such a User */
export async function disableUser(userId: string): Promise<boolean> {
  const now = new Date()
  if (!(await setUserDisabled(userId, now))) return false
  await deleteBrowserSessionsOfUser(userId)
  await revokeSessionsOfUser(userId, "user_disabled", now)
  return true
}

/** Lets a disabled User sign in again. @returns whether there is such a User */
export async function enableUser(userId: string): Promise<boolean> {
  return setUserDisabled(userId, null)
}
