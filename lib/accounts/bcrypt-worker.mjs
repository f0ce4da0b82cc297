// Runs in a worker thread: one bcrypt computation takes the time of hundreds of requests.
import os from "node:os"
import bcrypt from "bcryptjs"

// Requests come first. Linux gives each thread a priority of its own; elsewhere this would be the whole process's.
try {
  if (process.platform === "linux") os.setPriority(os.constants.priority.PRIORITY_LOW)
} catch {
  // Some containers do not allow it.
}

/** @param {{ password: string, cost: number }} task */
export function hash({ password, cost }) {
  return bcrypt.hashSync(password, cost)
}

/** @param {{ password: string, hash: string }} task */
export function compare({ password, hash }) {
  return bcrypt.compareSync(password, hash)
}
