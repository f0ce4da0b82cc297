import { perProcess } from "@/lib/per-process"

/** Differences up to this many milliseconds are left as they are. */
const toleranceMs = 1_000

const difference = perProcess<number>("clock difference")

/**
 * The time that is stored and compared. All instances on one Postgres use its clock, so that a code, a sign-in or a rotation
 * of one instance is neither early nor late at another one whose own clock differs.
 */
export function currentTime(): Date {
  return new Date(Date.now() + (difference.value ?? 0))
}

export const secondsFromNow = (seconds: number) => new Date(currentTime().getTime() + seconds * 1000)

/**
 * Compares this machine's clock with the database's.
 * @param theirs the database's time, which it read between `from` and `to` of this machine's clock. In milliseconds
 */
export function compareClock(theirs: number, from: number, to: number): void {
  const [least, most] = [theirs - to - toleranceMs, theirs - from + toleranceMs]
  const isPossible = (ms: number) => ms >= least && ms <= most
  if (isPossible(difference.value ?? 0)) return
  difference.value = isPossible(0) ? 0 : Math.round((least + most) / 2)
}
