import cluster, { type Worker } from "node:cluster"
import path from "node:path"
import { log } from "@/lib/log"
import { OperatorError } from "@/lib/operator-errors"
import type { Stop } from "./http-server"
import { root } from "./project"

/** A process that ends sooner than this after its start, in milliseconds, is started again after as long a pause. */
const shortLifeMs = 5_000

/** What a worker sends when it serves. */
const readyMessage = "ready"

/** Tells the supervising process that this one serves. */
export function reportReady(): void {
  process.send?.(readyMessage)
}

/** How long a new process may take until it serves, in milliseconds. */
const readyTimeoutMs = 60_000

/**
 * Starts worker processes, which share the server's port, and a new one each time that one ends.
 * @returns when all of them serve. `reload` replaces them one after another, each only when its successor serves: no
 * request is lost, and a new build takes effect.
 * @throws OperatorError when one ends before it serves; it has written why
 */
export async function superviseWorkers(count: number): Promise<{ stop: Stop; reload(): Promise<void> }> {
  cluster.setupPrimary({ exec: path.join(root, "lib/server/launch.mjs"), execArgv: [] })
  /** The workers that serve, or are about to take the place of one that ended. */
  const workers = new Set<Worker>()
  let stopping = false

  /** @returns a worker that serves @throws OperatorError when it ended before that, or took too long */
  function add(): Promise<Worker> {
    const worker = cluster.fork()
    const startedAt = Date.now()
    worker.on("error", () => undefined)
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => worker.process.kill("SIGKILL"), readyTimeoutMs)
      worker.on("message", (message) => {
        if (message !== readyMessage) return
        clearTimeout(timer)
        workers.add(worker)
        resolve(worker)
      })
      worker.once("exit", (code, signal) => {
        clearTimeout(timer)
        reject(new OperatorError("The server did not start: see above."))
        // A worker that was retired, or never served, is not replaced.
        if (!workers.delete(worker) || stopping) return
        log().error({ event: "process_ended", pid: worker.process.pid, code, signal })
        setTimeout(replace, Date.now() - startedAt < shortLifeMs ? shortLifeMs : 0)
      })
    })
  }

  /** Tries again until a worker serves. */
  function replace(): void {
    if (stopping) return
    add().catch(() => setTimeout(replace, shortLifeMs))
  }

  function end(worker: Worker, signal: "SIGTERM" | "SIGINT" = "SIGTERM"): Promise<void> {
    workers.delete(worker)
    if (worker.isDead()) return Promise.resolve()
    const ended = new Promise<void>((resolve) => worker.once("exit", () => resolve()))
    worker.process.kill(signal)
    return ended
  }

  async function reload(): Promise<void> {
    for (const worker of [...workers]) {
      if (stopping) return
      // One that ended meanwhile has a successor already.
      if (!workers.has(worker)) continue
      await add()
      await end(worker)
    }
  }

  const stop: Stop = async ({ patient }) => {
    stopping = true
    const signal = patient ? "SIGTERM" : "SIGINT"
    await Promise.all(Object.values(cluster.workers ?? {}).map((worker) => worker && end(worker, signal)))
  }

  try {
    await Promise.all(Array.from({ length: count }, add))
  } catch (error) {
    await stop({ patient: false })
    throw error
  }
  return { stop, reload }
}
