import { setTimeout } from "node:timers/promises"
import { config } from "@/lib/config"
import { type Swept, sweepBatch } from "@/lib/data/sweep"
import { deleteRetiredKeys } from "@/lib/keys/signing-keys"
import { log } from "@/lib/log"

/** Rows of each kind. While a batch goes, which takes a millisecond or some, nobody else can write to an SQLite file. */
const batch = 20

/** After each batch a server rests for so many times as long as it took: requests come first. A million rows take half an hour. */
const restFactor = 5

/**
 * Deletes what has expired, in small batches, so that no statement holds the database for long.
 * @param options.restFactor how much longer than a batch the rest after it is
 * @returns how many rows of each kind went
 */
export async function sweep(
  options: { restFactor: number } = { restFactor: 0 },
): Promise<Swept & { signingKeys: number }> {
  const total = { sessions: 0, browserSessions: 0, signInLimits: 0, signingKeys: 0 }
  // A code's row is what keeps its state token from making a second code, so it outlives every state token.
  const before = new Date(Date.now() - config().STATE_TOKEN_SECONDS * 1000)
  for (let full = true; full; ) {
    const startedAt = performance.now()
    const swept = await sweepBatch(before, batch)
    total.sessions += swept.sessions
    total.browserSessions += swept.browserSessions
    total.signInLimits += swept.signInLimits
    full = Math.max(swept.sessions, swept.browserSessions, swept.signInLimits) === batch
    if (full && options.restFactor > 0) await setTimeout((performance.now() - startedAt) * options.restFactor)
  }
  total.signingKeys = await deleteRetiredKeys(new Date())
  return total
}

let sweeping = false

/** Sweeps while a server runs, once at a time. A failure is logged, and the next round tries again. */
export async function sweepInBackground(): Promise<void> {
  if (sweeping) return
  sweeping = true
  try {
    await sweep({ restFactor })
  } catch (error) {
    log().error({ event: "sweep_failed", problem: error instanceof Error ? error.name : "unknown" })
  } finally {
    sweeping = false
  }
}
