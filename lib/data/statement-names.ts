import { perProcess } from "@/lib/per-process"

/** Whether a pooler has lost a prepared statement of this process. */
const lost = perProcess<boolean>("prepared statements lost")

/**
 * From now on this process sends each statement to Postgres without a name. A pooler that does not keep prepared statements,
 * such as PgBouncer before 1.21 in transaction mode, would lose them again and again.
 */
export function stopNamingStatements(): void {
  lost.value = true
}

export const areStatementsNamed = (): boolean => lost.value !== true
