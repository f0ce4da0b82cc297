import cluster from "node:cluster"
import { config } from "@/lib/config"
import { closeDatabase } from "@/lib/data/database"
import { stopTelemetry } from "@/lib/flows/telemetry"
import { log } from "@/lib/log"
import { exitWithProblem } from "@/lib/operator-errors"

/** Calls `reload` at SIGUSR2. A signal during a reload starts one more reload after it. */
export function reloadAtSignal(reload: () => Promise<void>): void {
  let running = false
  let again = false
  process.on("SIGUSR2", async () => {
    if (config().PROCESSES === 1) return log().warn({ event: "reload_skipped", fix: "Set PROCESSES to 2 or more." })
    again = true
    if (running) return
    running = true
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

/** SIGINT signals closer together than this, in milliseconds, are one press of Ctrl-C. A later one exits immediately. */
const pressMs = 1_000

/** Extra milliseconds for the first process, so that its workers reach their own limit before it exits. */
const reserveMs = 1_000

/**
 * Stops at SIGTERM, SIGINT or SIGHUP: finishes open requests, then ends the process.
 * @param stop closes the server. `patient` is false for SIGINT
 */
export function stopAtSignal(stop: (options: { patient: boolean }) => Promise<void>): void {
  const { SHUTDOWN_SECONDS, SHUTDOWN_DELAY_SECONDS } = config()
  let stoppedAt: number | null = null
  const onSignal = (signal: string) => {
    // The terminal sends Ctrl-C to npm and to this process, and npm forwards it, so one press may arrive twice.
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
  // The first process was killed.
  if (cluster.isWorker) process.on("disconnect", () => onSignal("SIGTERM"))
  if (process.env.npm_lifecycle_event) onOrphaned(() => onSignal("SIGTERM"))
}

/** Detects the end of the parent: npm sends SIGTERM to its shell, which exits without forwarding it. */
function onOrphaned(listener: () => void): void {
  const parent = process.ppid
  setInterval(() => process.ppid !== parent && listener(), 500).unref()
}
