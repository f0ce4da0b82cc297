import { z } from "zod"
import type { BrowserSessionStart } from "@/lib/data/browser-sessions"
import { insertUser, setPasswordHash, setUserDisabled, setUserEnabled, type User } from "@/lib/data/users"
import { generateId } from "@/lib/protocol/random"
import { hashPassword } from "./password"
import { findPasswordProblem } from "./password-rules"

export type UserProblem = { ok: false; field: "email" | "password" | "name"; message: string }

const emailSyntax = z.email().max(254)

/** The form in which an email address is stored and looked up. */
export function normalizeEmail(email: string): string {
  return email.trim().toLowerCase()
}

type NewUser = { email: string; name: string | null; password: string }

/**
 * Creates a User.
 * @param browserSession stored in the same commit, when the User is signed in too
 * @throws PasswordPoolBusyError
 */
export async function createUser(
  facts: NewUser,
  browserSession: BrowserSessionStart | null = null,
): Promise<{ ok: true; user: User } | UserProblem> {
  const problem = findUserProblem(facts)
  if (problem) return problem
  const { email, name } = normalize(facts)
  const passwordHash = await hashPassword(facts.password)
  const user = await insertUser({ id: generateId(), email, name, passwordHash }, browserSession)
  return user
    ? { ok: true, user }
    : { ok: false, field: "email", message: "There is a user with this email address already. Sign in instead." }
}

/** Why no User can be made of these facts, or null. It costs nothing: nothing is hashed or looked up. */
export function findUserProblem(facts: NewUser): UserProblem | null {
  const { email, name } = normalize(facts)
  if (!emailSyntax.safeParse(email).success) {
    return { ok: false, field: "email", message: "Enter an email address, such as ada@example.com." }
  }
  // biome-ignore lint/suspicious/noControlCharactersInRegex: a name is shown to people, on one line
  if (name && (name.length > 100 || /[\u0000-\u001f\u007f]/.test(name))) {
    return { ok: false, field: "name", message: "Use at most 100 characters, on one line." }
  }
  const message = findPasswordProblem(facts.password)
  return message ? { ok: false, field: "password", message } : null
}

const normalize = ({ email, name }: NewUser) => ({ email: normalizeEmail(email), name: name?.trim() || null })

/**
 * Sets a User's password and ends what was started with the old one: browser sessions and Sessions.
 * @returns a problem with the password, or null for an unknown User
 * @throws PasswordPoolBusyError
 */
export async function changePassword(userId: string, password: string): Promise<{ ok: true } | UserProblem | null> {
  const message = findPasswordProblem(password)
  if (message) return { ok: false, field: "password", message }
  return (await setPasswordHash(userId, await hashPassword(password), new Date())) ? { ok: true } : null
}

/** Keeps a User from signing in, and ends everything that they started. @returns whether there is such a User */
export async function disableUser(userId: string): Promise<boolean> {
  return setUserDisabled(userId, new Date())
}

/** Lets a disabled User sign in again. @returns whether there is such a User */
export async function enableUser(userId: string): Promise<boolean> {
  return setUserEnabled(userId)
}
