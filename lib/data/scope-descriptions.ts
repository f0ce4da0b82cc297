import { currentTime } from "@/lib/clock"
import { auditWrite, byOperator } from "./audit-events"
import { insertWrite } from "./columns"
import { database } from "./database"
import type { ScopeDescription } from "./generated/sqlite/client"
import { write, writeIfFirst } from "./statement"

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
  const [sql, values] = insertWrite("ScopeDescription", { scope, description })
  await write(
    [`${sql} ON CONFLICT ("scope") DO UPDATE SET "description" = excluded."description"`, values],
    auditWrite({ ...byOperator, kind: "scope_described", at: currentTime(), detail: scope }),
  )
}

/** @returns whether there was one */
export function deleteScopeDescription(scope: string): Promise<boolean> {
  const event = auditWrite({ ...byOperator, kind: "scope_reset", at: currentTime(), detail: scope })
  return writeIfFirst([`DELETE FROM "ScopeDescription" WHERE "scope" = ?`, [scope]], event)
}
