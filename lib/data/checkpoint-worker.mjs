// Runs in a worker thread: moving committed data from SQLite's write-ahead log to its file waits for the disk, and requests
// must not wait with it.
import { workerData } from "node:worker_threads"
import Database from "better-sqlite3"

/** With SQLITE_SYNCHRONOUS=NORMAL a power cut can lose what was committed since the last checkpoint. */
const intervalMs = 1_000

/** The log grows while requests keep writing. Above this many 4 KiB pages they wait some milliseconds for a restart of the log. */
const maxPages = 65_536

const db = new Database(workerData.file, { timeout: 100, fileMustExist: true })

setInterval(() => {
  try {
    const [{ log }] = db.pragma("wal_checkpoint(PASSIVE)")
    if (log > maxPages) db.pragma("wal_checkpoint(RESTART)")
  } catch (error) {
    // Another process is doing a checkpoint. Any other error ends this thread and is logged.
    if (!/^SQLITE_(BUSY|LOCKED)/.test(error.code)) throw error
  }
}, intervalMs)
