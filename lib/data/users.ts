import { database, isUniqueViolation } from "./database"

export type User = {
  id: string
  email: string
  name: string | null
  passwordHash: string
  createdAt: Date
  disabledAt: Date | null
  /** Sign-ins from before this moment no longer count. */
  signInsCountFrom: Date | null
}

/** Stores a User; null when the email address is taken. `email` must be lower-cased already. */
export async function insertUser(
  user: Omit<User, "createdAt" | "disabledAt" | "signInsCountFrom">,
): Promise<User | null> {
  const db = await database()
  try {
    return await db.user.create({ data: { ...user, createdAt: new Date() } })
  } catch (error) {
    if (isUniqueViolation(error)) return null
    throw error
  }
}

export async function findUser(id: string): Promise<User | null> {
  const db = await database()
  return db.user.findUnique({ where: { id } })
}

export async function findUserByEmail(email: string): Promise<User | null> {
  const db = await database()
  return db.user.findUnique({ where: { email } })
}

export async function listUsers(): Promise<User[]> {
  const db = await database()
  return db.user.findMany({ orderBy: { createdAt: "asc" } })
}

/** Disables a User from `now` on; their sign-ins until then no longer count. @returns whether there is such a User */
export async function setUserDisabled(id: string, now: Date): Promise<boolean> {
  const db = await database()
  const { count } = await db.user.updateMany({ where: { id }, data: { disabledAt: now, signInsCountFrom: now } })
  return count === 1
}

/** @returns whether there is such a User */
export async function setUserEnabled(id: string): Promise<boolean> {
  const db = await database()
  const { count } = await db.user.updateMany({ where: { id }, data: { disabledAt: null } })
  return count === 1
}

/** Sets a password; sign-ins with the old one no longer count. @returns whether there is such a User */
export async function setPasswordHash(id: string, passwordHash: string, now: Date): Promise<boolean> {
  const db = await database()
  const { count } = await db.user.updateMany({ where: { id }, data: { passwordHash, signInsCountFrom: now } })
  return count === 1
}

/** Deletes a User with everything that is theirs. @returns whether there was such a User */
export async function deleteUser(id: string): Promise<boolean> {
  const db = await database()
  const { count } = await db.user.deleteMany({ where: { id } })
  return count === 1
}
