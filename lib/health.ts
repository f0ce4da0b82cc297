import { setTimeout as wait } from "node:timers/promises"
import { listRows } from "@/lib/data/statement"
import { perProcess } from "@/lib/per-process"

/** How long the database may take to answer, in milliseconds. */
const maxMs = 2_000

/** For how long an answer of the database is used again, in milliseconds: callers cause one query a second at most. */
const keptMs = 1_000

const stopping = perProcess<boolean>("stopping")
const checked = perProcess<{ at: number; isAvailable: Promise<boolean> }>("database check")

/** Marks that this process stops soon, so that load balancers send it no more requests. */
export function markStopping(): void {
  stopping.value = true
}

/** Why this process should get no requests now; null when it can serve them. */
export async function findUnreadiness(): Promise<"stopping" | "database" | null> {
  if (stopping.value) return "stopping"
  const known = checked.value
  const check = known && Date.now() - known.at < keptMs ? known : { at: Date.now(), isAvailable: isDatabaseAvailable() }
  checked.value = check
  return (await check.isAvailable) ? null : "database"
}

async function isDatabaseAvailable(): Promise<boolean> {
  const answered = listRows("SELECT 1", []).then(
    () => true,
    () => false,
  )
  return Promise.race([answered, wait(maxMs, false, { ref: false })])
}
