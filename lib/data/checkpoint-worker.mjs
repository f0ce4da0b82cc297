// Runs in a worker thread: moving what was committed from SQLite's write-ahead log into its file waits for the disk, and a
// request must not wait with it.
import { workerData } from "node:worker_threads"
import Database from "better-sqlite3"

/** Milliseconds. What a power cut may take is what was committed since the last time (SQLITE_SYNCHRONOUS=NORMAL). */
const everyMs = 1_000

/** While requests keep writing, the log only grows. From this many pages of 4 KiB on, they wait some milliseconds for a new one. */
const maxPages = 65_536

const db = new Database(workerData.file, { timeout: 100, fileMustExist: true })

setInterval(() => {
  try {
    const [{ log }] = db.pragma("wal_checkpoint(PASSIVE)")
    if (log > maxPages) db.pragma("wal_checkpoint(RESTART)")
  } catch (error) {
    // Somebody else is at it: the next round tries again. Anything else ends this thread, and is logged.
    if (!/^SQLITE_(BUSY|LOCKED)/.test(error.code)) throw error
  }
}, everyMs)
