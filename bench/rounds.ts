import { setTimeout as sleep } from "node:timers/promises"
import type { Sample } from "./load/drive"
import { measure } from "./load/measure"
import type { Options } from "./options"
import { type Cell, summarize } from "./results"
import type { OperationName, Target, TokenFormat } from "./targets/target"

/** Above this share of busy time, the load generator probably limits the rate. */
const busyLimit = 0.95

type RoundOptions = Pick<
  Options,
  "operations" | "concurrency" | "rounds" | "seconds" | "warmUpSeconds" | "prepareSeconds" | "tokens"
>

/**
 * Measures every operation of every server at every concurrency. The servers take turns within each round, so that
 * changes in the machine's speed affect all of them. While one is measured, the others are idle.
 */
export async function runRounds(targets: Target[], options: RoundOptions): Promise<Cell[]> {
  const cells: Cell[] = []
  for (const operation of options.operations) {
    const subjects = targets.flatMap((target) => formatsOf(target, operation).map((format) => ({ target, format })))
    for (const concurrency of options.concurrency) {
      cells.push(...(await runCells(subjects, operation, concurrency, options)))
    }
  }
  return cells
}

/** One subject of a round: a server and an access token format. */
type Subject = { target: Target; format: TokenFormat }

/** The access token formats to measure an operation of a server with. */
function formatsOf(target: Target, operation: OperationName): TokenFormat[] {
  if (!target.operations.includes(operation)) return []
  return operation.startsWith("refresh") || operation === "flow" ? target.formats : [target.ownFormat]
}

async function runCells(
  subjects: Subject[],
  operation: OperationName,
  concurrency: number,
  options: RoundOptions,
): Promise<Cell[]> {
  const { rounds, seconds, warmUpSeconds, prepareSeconds, tokens } = options
  const common = { operation, concurrency, tokens }
  for (const subject of subjects) {
    await measure({ ...common, ...subject, seconds: warmUpSeconds, prepareSeconds: warmUpSeconds })
  }
  const samples = new Map<Subject, Sample[]>(subjects.map((subject) => [subject, []]))
  for (let round = 0; round < rounds; round++) {
    for (let turn = 0; turn < subjects.length; turn++) {
      const subject = subjects[(turn + round) % subjects.length] as Subject
      // Time for the previous server to close its connections.
      await sleep(20)
      samples.get(subject)?.push(await measure({ ...common, ...subject, seconds, prepareSeconds }))
    }
  }
  return [...samples].map(([{ target, format }, found]) => {
    const cell = { operation, concurrency, format, server: target.name, ...summarize(found), rounds: found }
    report(target, cell)
    return cell
  })
}

function report({ label }: Target, { operation, format, concurrency, rps, p50, p99, rounds }: Cell): void {
  const busy = Math.max(...rounds.map(({ generatorBusy }) => generatorBusy))
  const warning = busy > busyLimit ? `; the load generator was busy ${Math.round(busy * 100)} %` : ""
  const numbers = `${Math.round(rps)}/s, ${p50.toFixed(2)} / ${p99.toFixed(2)} ms`
  console.error(`${operation} (${format}) × ${concurrency}: ${label}: ${numbers}${warning}`)
}
