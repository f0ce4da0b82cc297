import { randomInt } from "node:crypto"

/** The number of an event is its time in milliseconds multiplied by this, plus a lane. */
export const lanes = 4096

/**
 * Makes numbers that grow with time. A process uses each millisecond once, with a lane chosen at random, so two processes
 * rarely make the same number. If they do, the second event is lost. The numbers are exact in JavaScript until 2039.
 */
export function makeSequence(): () => number {
  const lane = randomInt(lanes)
  let last = 0
  return () => {
    last = Math.max(last + 1, Date.now())
    return last * lanes + lane
  }
}
