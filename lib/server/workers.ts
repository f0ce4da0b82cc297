import cluster, { type Worker } from "node:cluster"
import path from "node:path"
import { log } from "@/lib/log"
import { OperatorError } from "@/lib/operator-errors"
import type { Stop } from "./listen"
import { root } from "./project"

/** A process that ends sooner than this after its start, in milliseconds, is started again after as long a pause. */
const shortLifeMs = 5_000

/** What a worker sends when it serves. */
const readyMessage = "ready"

/** Tells the supervising process that this one serves. */
export function reportReady(): void {
  process.send?.(readyMessage)
}

/**
 * Starts worker processes, which share the server's port, and a new one each time that one ends. SIGUSR2 replaces them one
 * after another, each only when its successor serves: no request is lost, and a new build takes effect.
 * @returns when all of them serve
 * @throws OperatorError when one ends before it serves; it has written why
 */
export async function superviseWorkers(count: number): Promise<{ stop: Stop }> {
  cluster.setupPrimary({ exec: path.join(root, "lib/server/launch.mjs"), execArgv: [] })
  const workers = new Set<Worker>()
  const retired = new Set<Worker>()
  let stopping = false

  /** @returns a worker that serves */
  function add(): Promise<Worker> {
    const worker = cluster.fork()
    const startedAt = Date.now()
    workers.add(worker)
    return new Promise((resolve, reject) => {
      worker.on("message", (message) => message === readyMessage && resolve(worker))
      worker.on("error", () => undefined)
      worker.once("exit", (code, signal) => {
        workers.delete(worker)
        reject(new OperatorError("The server did not start: see above."))
        if (stopping || retired.has(worker)) return
        log().error({ event: "process_ended", pid: worker.process.pid, code, signal })
        setTimeout(replace, Date.now() - startedAt < shortLifeMs ? shortLifeMs : 0)
      })
    })
  }

  function replace(): void {
    if (!stopping) void add().catch(() => undefined)
  }

  function end(worker: Worker): Promise<void> {
    retired.add(worker)
    if (worker.isDead()) return Promise.resolve()
    const ended = new Promise<void>((resolve) => worker.once("exit", () => resolve()))
    worker.process.kill("SIGTERM")
    return ended
  }

  let reloading: Promise<void> = Promise.resolve()
  async function reload(): Promise<void> {
    for (const worker of [...workers]) {
      if (stopping) return
      await add()
      await end(worker)
    }
    log().info({ event: "reloaded" })
  }
  process.on("SIGUSR2", () => {
    reloading = reloading.then(reload).catch(() => log().error({ event: "reload_failed" }))
  })

  try {
    await Promise.all(Array.from({ length: count }, add))
  } catch (error) {
    stopping = true
    await Promise.all([...workers].map(end))
    throw error
  }
  return {
    async stop() {
      stopping = true
      await Promise.all([...workers].map(end))
    },
  }
}
