import Database from "better-sqlite3"

/**
 * Opens an SQLite file with production settings: readers do not block the writer, and the file is synced at each
 * checkpoint, not at each commit.
 * @param {string} file
 */
export function openSqlite(file) {
  const database = new Database(file)
  database.pragma("journal_mode = WAL")
  database.pragma("synchronous = NORMAL")
  database.pragma("busy_timeout = 5000")
  return database
}
