import { setTimeout } from "node:timers/promises"
import { config } from "@/lib/config"
import { findNewestSurplus, sweepFlows } from "@/lib/data/flows"
import { type Swept, sweepBatch } from "@/lib/data/sweep"
import { lanes } from "@/lib/flows/sequence-number"
import { deleteRetiredKeys } from "@/lib/keys/signing-keys"
import { log } from "@/lib/log"

/** Rows of each kind. While a batch goes, which takes a millisecond or some, nobody else can write to an SQLite file. */
const batch = 5

/** The flow inspector's rows are small, and as many may come in a second. */
const flowBatch = 500

/** After each batch a server rests for so many times as long as it took: requests come first. A million rows take hours. */
const restFactor = 20

/**
 * Deletes what has expired, in small batches, so that no statement holds the database for long.
 * @param options.restFactor how much longer than a batch the rest after it is
 * @returns how many rows of each kind went
 */
export async function sweep(
  options: { restFactor: number } = { restFactor: 0 },
): Promise<Swept & { signingKeys: number; flowEvents: number }> {
  const total = { sessions: 0, browserSessions: 0, operatorSessions: 0, signInLimits: 0, signingKeys: 0, flowEvents: 0 }
  // Sessions may take hours, and these hold what people did.
  await untilDone(options.restFactor, sweepFlowBatch(total))
  // A code's row is what keeps its state token from making a second code, so it outlives every state token.
  const before = new Date(Date.now() - config().STATE_TOKEN_SECONDS * 1000)
  await untilDone(options.restFactor, async () => {
    const swept = await sweepBatch(before, batch)
    for (const kind of ["sessions", "browserSessions", "operatorSessions", "signInLimits"] as const) {
      total[kind] += swept[kind]
    }
    return Math.max(...Object.values(swept)) === batch
  })
  total.signingKeys = await deleteRetiredKeys(new Date())
  return total
}

/** The flow inspector keeps its events for some hours, and no more of them than so many; and its flows for as long. */
function sweepFlowBatch(total: { flowEvents: number }): () => Promise<boolean> {
  let upTo: { seq: number; lastAt: Date } | undefined
  return async () => {
    upTo ??= await findFlowEnd()
    const { events, flows } = await sweepFlows(upTo, flowBatch)
    total.flowEvents += events
    return Math.max(events, flows) === flowBatch
  }
}

async function findFlowEnd(): Promise<{ seq: number; lastAt: Date }> {
  const { FLOW_INSPECTOR_HOURS, FLOW_INSPECTOR_EVENTS } = config()
  const tooOld = (Date.now() - FLOW_INSPECTOR_HOURS * 60 * 60 * 1000) * lanes
  const seq = Math.max(tooOld, await findNewestSurplus(FLOW_INSPECTOR_EVENTS))
  return { seq, lastAt: new Date(seq / lanes) }
}

/** Runs a batch after the other, with rests between them, until one says that there was nothing more. */
async function untilDone(restFactor: number, sweepOne: () => Promise<boolean>): Promise<void> {
  for (let more = true; more; ) {
    const startedAt = performance.now()
    more = await sweepOne()
    if (more && restFactor > 0) await setTimeout((performance.now() - startedAt) * restFactor)
  }
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
