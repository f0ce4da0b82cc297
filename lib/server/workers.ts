import cluster, { type Worker } from "node:cluster"
import path from "node:path"
import { log } from "@/lib/log"
import { OperatorError } from "@/lib/operator-errors"
import type { Stop } from "./http-server"
import { root } from "./project"

/** A process that ends within this time, in milliseconds, is restarted after a pause of the same length. */
const shortLifeMs = 5_000

/** The message that a worker sends when it is ready to serve. */
const readyMessage = "ready"

/** Sends the ready message to the supervising process. */
export function reportReady(): void {
  process.send?.(readyMessage)
}

/** How long a new process may take until it is ready, in milliseconds. */
const readyTimeoutMs = 60_000

/**
 * Starts worker processes that share the server's port, and replaces each one that ends.
 * @returns when all are ready. `reload` replaces them one by one with workers of the current build, each only when its
 * successor is ready, so that no request is lost.
 * @throws OperatorError when one ends before it is ready; its own output contains the reason
 */
export async function superviseWorkers(count: number): Promise<{ stop: Stop; reload(): Promise<void> }> {
  cluster.setupPrimary({ exec: path.join(root, "lib/server/launch.mjs"), execArgv: [] })
  /** The workers that are ready. */
  const workers = new Set<Worker>()
  let stopping = false

  /** Starts a worker. @returns it when it is ready @throws OperatorError when it ends before that, or takes too long */
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
        reject(new OperatorError("The server did not start. The reason is above."))
        // Workers that were stopped or never became ready are not replaced.
        if (!workers.delete(worker) || stopping) return
        log().error({ event: "process_ended", pid: worker.process.pid, code, signal })
        setTimeout(replace, Date.now() - startedAt < shortLifeMs ? shortLifeMs : 0)
      })
    })
  }

  /** Starts workers until one is ready. */
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
      // It has ended since and has a successor.
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
