import { database } from "./database"
import type { ScopeDescription } from "./generated/sqlite/client"

/** The descriptions that an operator has set, of these scopes. */
export async function findScopeDescriptions(scopes: string[]): Promise<ScopeDescription[]> {
  const db = await database()
  return db.scopeDescription.findMany({ where: { scope: { in: scopes } } })
}

export async function listScopeDescriptions(): Promise<ScopeDescription[]> {
  const db = await database()
  return db.scopeDescription.findMany({ orderBy: { scope: "asc" } })
}

/** Stores a scope's description, in place of an earlier one. */
export async function saveScopeDescription({ scope, description }: ScopeDescription): Promise<void> {
  const db = await database()
  await db.scopeDescription.upsert({ where: { scope }, create: { scope, description }, update: { description } })
}

/** @returns whether there was one */
export async function deleteScopeDescription(scope: string): Promise<boolean> {
  const db = await database()
  return (await db.scopeDescription.deleteMany({ where: { scope } })).count === 1
}
