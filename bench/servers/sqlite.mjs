import Database from "better-sqlite3"

/**
 * Opens a SQLite file with the settings that a server in production has: readers beside the writer, and a sync at each
 * checkpoint instead of at each commit.
 * @param {string} file
 */
export function openSqlite(file) {
  const database = new Database(file)
  database.pragma("journal_mode = WAL")
  database.pragma("synchronous = NORMAL")
  database.pragma("busy_timeout = 5000")
  return database
}
