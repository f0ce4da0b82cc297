import { setTimeout } from "node:timers/promises"
import { currentTime } from "@/lib/clock"
import { config } from "@/lib/config"
import { findNewestSurplus, sweepFlows } from "@/lib/data/flows"
import { releaseLease, takeLease } from "@/lib/data/leases"
import { type Swept, sweepBatch } from "@/lib/data/sweep"
import { lanes } from "@/lib/flows/sequence-number"
import { deleteRetiredKeys, rotateDueKeys } from "@/lib/keys/signing-keys"
import { log } from "@/lib/log"
import { count, recordSweep } from "@/lib/metrics"
import { generateId } from "@/lib/protocol/random"

/** Rows of each kind per batch. A batch blocks other writes to an SQLite file, for about a millisecond. */
const batch = 5

/** Flow events and flows per batch. Their rows are small, and a busy server adds as many in a second. */
const flowBatch = 500

/** The pause after a batch, as a multiple of its duration, because requests come first. A million rows take hours. */
const pauseFactor = 20

/** How long another instance waits for one that sweeps and does not answer any more, in seconds. */
const leaseSeconds = 300

type SweepOptions = { pauseFactor: number; mayContinue?: () => Promise<boolean> }

/**
 * Deletes expired rows in small batches, so that no statement locks the database for long.
 * @param options.pauseFactor the pause after each batch, as a multiple of its duration
 * @param options.mayContinue asked before each batch; the sweep ends when it resolves to false
 * @returns the number of deleted rows of each kind
 */
export async function sweep(
  options: SweepOptions = { pauseFactor: 0 },
): Promise<Swept & { signingKeys: number; flowEvents: number }> {
  const total = {
    sessions: 0,
    browserSessions: 0,
    operatorSessions: 0,
    signInLimits: 0,
    usedJwts: 0,
    deviceCodes: 0,
    emailLinks: 0,
    mail: 0,
    auditEvents: 0,
    clients: 0,
    signingKeys: 0,
    flowEvents: 0,
  }
  // First, because they contain what people did, and Sessions may take hours.
  await runBatches(options, sweepFlowBatch(total))
  // A code's row prevents its state token from creating a second code, so the row must outlive the state token.
  const before = new Date(currentTime().getTime() - config().STATE_TOKEN_SECONDS * 1000)
  const unusedBefore = new Date(currentTime().getTime() - config().REGISTRATION_DAYS * 24 * 60 * 60 * 1000)
  const eventsBefore = new Date(currentTime().getTime() - config().AUDIT_DAYS * 24 * 60 * 60 * 1000)
  await runBatches(options, async () => {
    const swept = await sweepBatch(before, unusedBefore, eventsBefore, batch)
    for (const kind of Object.keys(swept) as (keyof Swept)[]) total[kind] += swept[kind]
    return Math.max(...Object.values(swept)) === batch
  })
  total.signingKeys = await deleteRetiredKeys(currentTime())
  for (const [kind, rows] of Object.entries(total)) count("swept_rows", [kind], rows)
  recordSweep(currentTime())
  return total
}

/** Sweeps flow events older than FLOW_INSPECTOR_HOURS or beyond FLOW_INSPECTOR_EVENTS, and flows of the same age. */
function sweepFlowBatch(total: { flowEvents: number }): () => Promise<boolean> {
  let upTo: { seq: number; lastAt: Date } | undefined
  return async () => {
    upTo ??= await findFlowCutoff()
    const { events, flows } = await sweepFlows(upTo, flowBatch)
    total.flowEvents += events
    return Math.max(events, flows) === flowBatch
  }
}

async function findFlowCutoff(): Promise<{ seq: number; lastAt: Date }> {
  const { FLOW_INSPECTOR_HOURS, FLOW_INSPECTOR_EVENTS } = config()
  const tooOld = (currentTime().getTime() - FLOW_INSPECTOR_HOURS * 60 * 60 * 1000) * lanes
  const seq = Math.max(tooOld, await findNewestSurplus(FLOW_INSPECTOR_EVENTS))
  return { seq, lastAt: new Date(seq / lanes) }
}

/** Runs batches with pauses between them until one returns false. */
async function runBatches({ pauseFactor, mayContinue }: SweepOptions, sweepOne: () => Promise<boolean>): Promise<void> {
  for (let more = true; more; ) {
    if (mayContinue && !(await mayContinue())) return
    const startedAt = performance.now()
    more = await sweepOne()
    if (more && pauseFactor > 0) await setTimeout((performance.now() - startedAt) * pauseFactor)
  }
}

let sweeping = false

/**
 * Sweeps while a server runs, and rotates the signing keys that are due, unless this or another instance is sweeping. A
 * failure is logged, and the next round tries again.
 */
export async function sweepInBackground(): Promise<void> {
  if (sweeping) return
  sweeping = true
  const lease = createLease("sweep", leaseSeconds)
  try {
    if (!(await lease.hold())) return
    for (const kid of await rotateDueKeys(currentTime())) log().info({ event: "signing_key_rotated", kid })
    await sweep({ pauseFactor, mayContinue: lease.hold })
    await lease.release()
  } catch (error) {
    log().error({ event: "sweep_failed", problem: error instanceof Error ? error.name : "unknown" })
  } finally {
    sweeping = false
  }
}

/** A lease that is extended when half of its time is over. */
function createLease(name: string, seconds: number) {
  const holder = generateId()
  let extendAt = 0
  return {
    /** Takes the lease, or keeps it. @returns whether this process has it */
    async hold(): Promise<boolean> {
      const now = currentTime().getTime()
      if (now < extendAt) return true
      const held = await takeLease(name, holder, new Date(now), new Date(now + seconds * 1000))
      extendAt = held ? now + (seconds * 1000) / 2 : 0
      return held
    },
    release: () => releaseLease(name, holder),
  }
}
