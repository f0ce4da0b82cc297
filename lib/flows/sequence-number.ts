import { randomInt } from "node:crypto"

/** A number of an event is milliseconds times this, and a lane. */
export const lanes = 4096

/**
 * Numbers that grow with time, and that another process hardly makes: milliseconds, each of which is used once, beside one
 * of the lanes, which is drawn. Of two events with one number the second is lost. JavaScript counts them exactly until 2039.
 */
export function makeSequence(): () => number {
  const lane = randomInt(lanes)
  let last = 0
  return () => {
    last = Math.max(last + 1, Date.now())
    return last * lanes + lane
  }
}
