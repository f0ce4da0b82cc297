import path from "node:path"
import { setTimeout } from "node:timers"
import { Worker } from "node:worker_threads"
import { config } from "@/lib/config"
import { sqliteFile } from "./connections"

const startAgainMs = 5_000

/**
 * Has a thread of its own bring SQLite's log into its file, once a second, for as long as this process runs. Connections
 * leave that to it (connections.ts).
 * @param onFailure gets the reason when the thread has ended; another one is started some seconds later
 */
export function startCheckpoints(onFailure: (error: Error) => void): void {
  const { databaseProvider, databaseUrl } = config()
  if (databaseProvider !== "sqlite") return
  // Found from the project's root, because a bundle would not carry a worker's file along.
  const worker = new Worker(path.join(process.cwd(), "lib/data/checkpoint-worker.mjs"), {
    workerData: { file: sqliteFile(databaseUrl) },
    // Not the process's loaders: it is plain JavaScript.
    execArgv: [],
  })
  worker.on("error", (error) => {
    onFailure(error as Error)
    setTimeout(() => startCheckpoints(onFailure), startAgainMs).unref()
  })
  worker.unref()
}
