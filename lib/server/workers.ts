import cluster, { type Worker } from "node:cluster"
import net, { type Socket } from "node:net"
import path from "node:path"
import { setTimeout as sleep } from "node:timers/promises"
import { config } from "@/lib/config"
import { log } from "@/lib/log"
import { OperatorError } from "@/lib/operator-errors"
import type { HttpServer, Stop } from "./http-server"
import { root } from "./project"

/** A process that ends within this time, in milliseconds, is restarted after a pause of the same length. */
const shortLifeMs = 5_000

/** What a worker and the supervising process send each other. */
const messages = {
  /** From a worker: it can serve connections. */
  ready: "ready",
  /** To a worker, with a connection. */
  connection: "connection",
  /** From a worker: it stops, and waits until no more connections arrive. */
  stopping: "stopping",
  /** To a worker: there are no more connections for it. */
  last: "last",
}

/**
 * Serves the connections that the supervising process hands to this worker, and reports that the worker is ready.
 * @returns `closeListener`, which resolves when no more connections arrive
 */
export function receiveConnections(accept: HttpServer["accept"]): { closeListener: Stop } {
  const last = new Promise<void>((resolve) => {
    process.once("disconnect", resolve)
    process.on("message", (message, socket) => {
      if (message === messages.last) resolve()
      // A connection that the client has already closed has no socket.
      if (message === messages.connection && socket instanceof net.Socket) accept(socket)
    })
  })
  process.send?.(messages.ready)
  return {
    async closeListener({ patient }) {
      if (!patient || !process.connected) return
      process.send?.(messages.stopping)
      await last
    },
  }
}

/** How long a new process may take until it is ready, in milliseconds. */
const readyTimeoutMs = 60_000

/** The worker processes together: connections go to each in turn. */
export type Workers = HttpServer & {
  /** Replaces them one by one, each only when its successor of the current build is ready, so that no request is lost. */
  reload(): Promise<void>
}

/**
 * Starts worker processes, and replaces each one that ends.
 * @returns when all are ready
 * @throws OperatorError when one ends before it is ready; its own output contains the reason
 */
export async function superviseWorkers(count: number): Promise<Workers> {
  const { SHUTDOWN_DELAY_SECONDS } = config()
  cluster.setupPrimary({ exec: path.join(root, "lib/server/launch.mjs"), execArgv: [] })
  /** The workers that get connections, the next one first, each with the connections that it has not received yet. */
  const workers = new Map<Worker, Set<Socket>>()
  /** Connections that arrive while there is no worker. */
  const waiting: Socket[] = []
  let stopping = false

  function accept(socket: Socket): void {
    // A worker that died is disconnected before its end is reported.
    const next = [...workers].find(([worker]) => worker.isConnected())
    if (!next) return void waiting.push(socket)
    const [worker, unsent] = next
    workers.delete(worker)
    workers.set(worker, unsent)
    unsent.add(socket)
    // Without keepOpen, Node leaves a connection open forever if the worker dies before it confirms the connection.
    worker.send(messages.connection, socket, { keepOpen: true }, () => {
      if (unsent.delete(socket)) socket.destroy()
    })
  }

  /** Starts a worker. @returns it when it is ready @throws OperatorError when it ends before that, or takes too long */
  function add(): Promise<Worker> {
    const worker = cluster.fork()
    const startedAt = Date.now()
    worker.on("error", () => undefined)
    const unsent = new Set<Socket>()
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => worker.process.kill("SIGKILL"), readyTimeoutMs)
      worker.on("message", (message) => {
        if (message === messages.stopping && !stopping) {
          if (workers.delete(worker)) replace()
          worker.send(messages.last)
        }
        if (message !== messages.ready) return
        clearTimeout(timer)
        workers.set(worker, unsent)
        for (const socket of waiting.splice(0)) accept(socket)
        resolve(worker)
      })
      worker.once("exit", (code, signal) => {
        clearTimeout(timer)
        const wasServing = workers.delete(worker)
        for (const socket of [...unsent]) {
          unsent.delete(socket)
          if (stopping) socket.destroy()
          else accept(socket)
        }
        reject(new OperatorError("The server did not start. The reason is above."))
        // Workers that were stopped or never became ready are not replaced.
        if (!wasServing || stopping) return
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
    if (worker.isDead()) return Promise.resolve()
    const ended = new Promise<void>((resolve) => worker.once("exit", () => resolve()))
    worker.process.kill(signal)
    return ended
  }

  async function reload(): Promise<void> {
    for (const worker of [...workers.keys()]) {
      if (stopping) return
      // It has ended since and has a successor.
      if (!workers.has(worker)) continue
      await add()
      workers.delete(worker)
      await end(worker)
    }
  }

  async function stop({ patient }: Parameters<Stop>[0], closeListener: Stop): Promise<void> {
    stopping = true
    const signal = patient ? "SIGTERM" : "SIGINT"
    const all = Object.values(cluster.workers ?? {}).filter((worker) => worker !== undefined)
    const ended = Promise.all(all.map((worker) => end(worker, signal)))
    if (patient) await sleep(SHUTDOWN_DELAY_SECONDS * 1000)
    await closeListener({ patient })
    for (const worker of all) if (worker.isConnected()) worker.send(messages.last)
    await ended
  }

  try {
    await Promise.all(Array.from({ length: count }, add))
  } catch (error) {
    await stop({ patient: false }, async () => {})
    throw error
  }
  return { accept, stop, reload }
}
