import { setTimeout } from "node:timers/promises"
import { config } from "@/lib/config"
import { type Swept, sweepBatch } from "@/lib/data/sweep"
import { deleteRetiredKeys } from "@/lib/keys/signing-keys"
import { log } from "@/lib/log"

/** Rows of each kind. While a batch goes, which takes some milliseconds, nobody else can write to an SQLite file. */
const batch = 50

/** Milliseconds between two batches of a server, which others use: a million rows take some minutes. */
const pauseMs = 20

/**
 * Deletes what has expired, in small batches, so that no statement holds the database for long.
 * @param options.pauseMs rest between two batches, in milliseconds
 * @returns how many rows of each kind went
 */
export async function sweep(options: { pauseMs: number } = { pauseMs: 0 }): Promise<Swept & { signingKeys: number }> {
  const total = { sessions: 0, browserSessions: 0, signInLimits: 0, signingKeys: 0 }
  // A code's row is what keeps its state token from making a second code, so it outlives every state token.
  const before = new Date(Date.now() - config().STATE_TOKEN_SECONDS * 1000)
  for (let full = true; full; ) {
    const swept = await sweepBatch(before, batch)
    total.sessions += swept.sessions
    total.browserSessions += swept.browserSessions
    total.signInLimits += swept.signInLimits
    full = Math.max(swept.sessions, swept.browserSessions, swept.signInLimits) === batch
    if (full && options.pauseMs > 0) await setTimeout(options.pauseMs)
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
    await sweep({ pauseMs })
  } catch (error) {
    log().error({ event: "sweep_failed", problem: error instanceof Error ? error.name : "unknown" })
  } finally {
    sweeping = false
  }
}
