import cluster from "node:cluster"
import { keepHouse, prepare } from "@/lib/boot"
import { config } from "@/lib/config"
import { closeDatabase } from "@/lib/data/database"
import { stopTelemetry } from "@/lib/flows/telemetry"
import { log } from "@/lib/log"
import { exitWithProblem } from "@/lib/operator-errors"
import { setServing } from "@/lib/serving"
import { probePort } from "./ports"
import { type App, serve } from "./serve"
import { reportReady, superviseWorkers } from "./workers"

/**
 * Starts the server: PROCESSES processes of one kind, each of which answers everything. With more than one, this process
 * keeps them running, and does what only one may do; it serves nothing itself.
 * @param app loaded by the processes that serve
 * @param hosts the addresses to listen on
 * @throws ConfigError, OperatorError, and what the database's drivers throw
 */
export async function start(app: App, hosts = [config().HOST]): Promise<void> {
  setServing()
  if (cluster.isWorker) {
    await prepare()
    const server = await serve(app, hosts)
    stopAtSignal(server.stop)
    return reportReady()
  }
  // Until there are workers, the signal must not end the process.
  let reload = async () => {}
  reloadAtSignal(() => reload())
  await probePort(hosts, config().PORT)
  await prepare()
  keepHouse()
  const { PROCESSES } = config()
  if (PROCESSES > 1) {
    const workers = await superviseWorkers(PROCESSES)
    reload = workers.reload
    stopAtSignal(workers.stop)
  } else stopAtSignal((await serve(app, hosts)).stop)
  console.log(`OAuth Flow is ready at ${config().issuer}`)
}

/** At SIGUSR2, one reload at a time: of the signals that arrive during one, the last starts another. */
function reloadAtSignal(reload: () => Promise<void>): void {
  let running = false
  let again = false
  process.on("SIGUSR2", async () => {
    again = true
    if (running) return
    running = true
    if (config().PROCESSES === 1) log().warn({ event: "not_reloaded", fix: "A reload needs PROCESSES of 2 or more." })
    while (again) {
      again = false
      const failed = await reload().then(
        () => false,
        () => true,
      )
      log().info({ event: failed ? "reload_failed" : "reloaded" })
    }
    running = false
  })
}

/** A second press of Ctrl-C after so many milliseconds does not wait any longer. */
const pressMs = 1_000

/** How long after the end of its grace a process waits for others, or for what is being written, in milliseconds. */
const reserveMs = 1_000

/**
 * Stops at SIGTERM, SIGINT or SIGHUP: finishes what is open, then ends the process.
 * @param stop closes what the process has open. `patient` is false at the terminal's Ctrl-C
 */
export function stopAtSignal(stop: (options: { patient: boolean }) => Promise<void>): void {
  const { SHUTDOWN_SECONDS, SHUTDOWN_DELAY_SECONDS } = config()
  let stoppedAt: number | null = null
  const onSignal = (signal: string) => {
    // A terminal sends Ctrl-C to npm and to this process, and npm passes it on: one press may arrive twice.
    if (stoppedAt !== null && (signal !== "SIGINT" || Date.now() - stoppedAt < pressMs)) return
    if (stoppedAt !== null) process.exit(1)
    stoppedAt = Date.now()
    const extraMs = cluster.isWorker ? 0 : reserveMs
    setTimeout(() => process.exit(0), (SHUTDOWN_SECONDS + SHUTDOWN_DELAY_SECONDS) * 1000 + extraMs)
    stop({ patient: signal !== "SIGINT" })
      .then(stopTelemetry)
      .then(closeDatabase)
      .then(() => process.exit(0), exitWithProblem)
  }
  for (const signal of ["SIGTERM", "SIGINT", "SIGHUP"]) process.on(signal, onSignal)
  // The process that supervises this one was killed.
  if (cluster.isWorker) process.on("disconnect", () => onSignal("SIGTERM"))
  if (process.env.npm_lifecycle_event) onOrphaned(() => onSignal("SIGTERM"))
}

/** At SIGTERM, npm ends the shell that runs its script, and the shell ends without passing the signal on. */
function onOrphaned(listener: () => void): void {
  const parent = process.ppid
  setInterval(() => process.ppid !== parent && listener(), 500).unref()
}
