import { expect } from "vitest"
import { closeDatabase, database } from "@/lib/data/database"
import { countSignInAttempt } from "@/lib/data/sign-in-limits"
import { changeRows, listRows, write } from "@/lib/data/statement"
import { generateId } from "@/lib/protocol/random"
import { applySettings } from "./settings"

/** One operation of each kind: prepared statements, Prisma and the rate limiter. */
export const operations = {
  "a read": () => listRows(`SELECT "id" FROM "User"`, []),
  "a write": () => changeRows(`UPDATE "User" SET "name" = NULL`, []),
  "writes together": () => write([`UPDATE "User" SET "name" = NULL`, []], [`UPDATE "Client" SET "scope" = ''`, []]),
  "Prisma's read": async () => (await database()).user.findMany(),
  "Prisma's write": async () => (await database()).user.updateMany({ data: { name: null } }),
  "the rate limiter": () => countSignInAttempt("address", "192.0.2.1"),
}
export const operationNames = Object.keys(operations) as (keyof typeof operations)[]
export const writeNames = operationNames.filter((name) => !name.includes("read"))

/** A User to insert. */
export const newUser = () => ({
  id: generateId(),
  email: `${generateId()}@example.com`,
  name: null,
  passwordHash: "no hash",
})

/** Asserts that an operation fails because the database is unavailable. @returns the milliseconds until it failed */
export async function expectUnavailable(run: () => Promise<unknown>): Promise<number> {
  const startedAt = Date.now()
  await expect(run()).rejects.toMatchObject({ name: "DatabaseUnavailableError" })
  return Date.now() - startedAt
}

/** Closes lib/'s connections and makes it use this URL. */
export async function reopenDatabase(url: string): Promise<void> {
  await closeDatabase()
  applySettings({ DATABASE_URL: url })
}
