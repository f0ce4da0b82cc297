// Runs in a worker thread: one bcrypt computation takes the time of hundreds of requests.
import bcrypt from "bcryptjs"

/** @param {{ password: string, cost: number }} task */
export function hash({ password, cost }) {
  return bcrypt.hashSync(password, cost)
}

/** @param {{ password: string, hash: string }} task */
export function compare({ password, hash }) {
  return bcrypt.compareSync(password, hash)
}
