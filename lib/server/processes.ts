import cluster, { type Worker } from "node:cluster"
import { log } from "@/lib/log"
import { OperatorError } from "./problem"

/** A process that ends sooner than this after its start, in milliseconds, is not started again at once. */
const shortLifeMs = 5_000

/** What a serving process tells the first one. */
const readyMessage = "ready"

/** The addresses to listen on, for a process that `startProcesses` started; null in every other. */
export function assignedHosts(): string[] | null {
  return cluster.isWorker ? (process.env.OAUTH_FLOW_HOSTS ?? "").split(",") : null
}

/** Tells the first process that this one serves. */
export function reportReady(): void {
  process.send?.(readyMessage)
}

/**
 * Starts so many processes that serve on one port; this one accepts the connections and deals them out. One that ends is
 * replaced.
 * @param hosts the addresses to listen on
 * @returns what stops them, once all of them serve
 * @throws OperatorError when one ends before it serves; it has said why
 */
export async function startProcesses(count: number, hosts: string[]): Promise<{ stop: () => Promise<void> }> {
  const fork = () => cluster.fork({ OAUTH_FLOW_HOSTS: hosts.join(",") })
  const workers = Array.from({ length: count }, fork)
  try {
    await Promise.all(workers.map(untilReady))
  } catch (error) {
    for (const worker of workers) worker.kill()
    throw error
  }

  let stopping = false
  const keepUp = (worker: Worker, startedAt: number) =>
    worker.once("exit", (code, signal) => {
      if (stopping) return
      log().error({ event: "process_ended", pid: worker.process.pid, code, signal })
      const wait = Date.now() - startedAt < shortLifeMs ? shortLifeMs : 0
      setTimeout(() => !stopping && keepUp(fork(), Date.now()), wait)
    })
  for (const worker of workers) keepUp(worker, Date.now())
  return {
    async stop() {
      stopping = true
      const running = Object.values(cluster.workers ?? {}).filter((worker) => worker !== undefined)
      await Promise.all(running.map(stopOne))
    },
  }
}

function untilReady(worker: Worker): Promise<void> {
  return new Promise((resolve, reject) => {
    worker.on("message", (message) => message === readyMessage && resolve())
    worker.once("exit", () => reject(new OperatorError("The server did not start: see what stands above.")))
  })
}

/** Each finishes its open requests by itself, as a single process does. */
function stopOne(worker: Worker): Promise<void> {
  const ended = new Promise<void>((resolve) => worker.once("exit", () => resolve()))
  worker.process.kill("SIGTERM")
  return ended
}
