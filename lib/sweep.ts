import { config } from "@/lib/config"
import { type Swept, sweepBatch } from "@/lib/data/sweep"
import { deleteRetiredKeys } from "@/lib/keys/signing-keys"
import { log } from "@/lib/log"

const batch = 500

/**
 * Deletes what has expired, in small batches, so that no statement holds the database for long.
 * @returns how many rows of each kind went
 */
export async function sweep(): Promise<Swept & { signingKeys: number }> {
  const total = { sessions: 0, browserSessions: 0, signInLimits: 0, signingKeys: 0 }
  // A code's row is what keeps its state token from making a second code, so it outlives every state token.
  const before = new Date(Date.now() - config().STATE_TOKEN_SECONDS * 1000)
  for (let full = true; full; ) {
    const swept = await sweepBatch(before, batch)
    total.sessions += swept.sessions
    total.browserSessions += swept.browserSessions
    total.signInLimits += swept.signInLimits
    full = Math.max(swept.sessions, swept.browserSessions, swept.signInLimits) === batch
  }
  total.signingKeys = await deleteRetiredKeys(new Date())
  return total
}

/** Sweeps while a server runs. A failure is logged, and the next round tries again. */
export async function sweepInBackground(): Promise<void> {
  try {
    await sweep()
  } catch (error) {
    log().error({ event: "sweep_failed", problem: error instanceof Error ? error.name : "unknown" })
  }
}
