import path from "node:path"
import { setTimeout } from "node:timers"
import { Worker } from "node:worker_threads"
import { config } from "@/lib/config"

const startAgainMs = 5_000

/**
 * Has a thread of its own bring SQLite's log into its file, once a second, for as long as this process runs. Connections
 * leave that to it (`connectionPragmas`).
 * @param onFailure hears why the thread ended; another one is started some seconds later
 */
export function startCheckpoints(onFailure: (error: Error) => void): void {
  const { databaseProvider, databaseUrl } = config()
  if (databaseProvider !== "sqlite") return
  // Found from the project's root, because a bundle would not carry a worker's file along.
  const worker = new Worker(path.join(process.cwd(), "lib/data/checkpoint-worker.mjs"), {
    workerData: { file: databaseUrl.slice("file:".length) },
    // Not the process's loaders: it is plain JavaScript.
    execArgv: [],
  })
  worker.on("error", (error) => {
    onFailure(error as Error)
    setTimeout(() => startCheckpoints(onFailure), startAgainMs).unref()
  })
  worker.unref()
}

/**
 * What each connection to an SQLite file is set to. Those of a server (`lib/server`, which names its processes' roles)
 * leave the log to its thread; a command brings it into the file as it goes.
 */
export function connectionPragmas(): string[] {
  const ofServer = process.env.OAUTH_FLOW_ROLE !== undefined
  const pragmas = ["foreign_keys = ON", `synchronous = ${config().SQLITE_SYNCHRONOUS}`]
  return ofServer ? [...pragmas, "wal_autocheckpoint = 0"] : pragmas
}
