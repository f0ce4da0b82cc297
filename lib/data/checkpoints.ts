import path from "node:path"
import { setTimeout } from "node:timers"
import { Worker } from "node:worker_threads"
import { config } from "@/lib/config"
import { sqliteFile } from "./connections"

const restartMs = 5_000

/**
 * Starts a worker thread that does an SQLite checkpoint once a second, because connections do none (connections.ts).
 * @param onFailure called with the error when the thread ends; a new thread is started five seconds later
 */
export function startCheckpoints(onFailure: (error: Error) => void): void {
  const { databaseProvider, databaseUrl } = config()
  if (databaseProvider !== "sqlite") return
  // By its path from the project's root, because the bundle does not contain it.
  const worker = new Worker(path.join(process.cwd(), "lib/data/checkpoint-worker.mjs"), {
    workerData: { file: sqliteFile(databaseUrl) },
    // Plain JavaScript: it needs none of the process's loaders.
    execArgv: [],
  })
  worker.on("error", (error) => {
    onFailure(error as Error)
    setTimeout(() => startCheckpoints(onFailure), restartMs).unref()
  })
  worker.unref()
}
