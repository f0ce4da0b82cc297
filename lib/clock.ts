import { perProcess } from "@/lib/per-process"

/** Differences up to this many milliseconds are left as they are. */
const toleranceMs = 1_000

/** How much the database's clock is ahead of this machine's, in milliseconds. */
type Difference = { least: number; most: number; used: number }

const difference = perProcess<Difference>("clock difference")

/**
 * The time that is stored and compared. All instances on one Postgres use its clock, so that a code, a sign-in or a rotation
 * of one instance is neither early nor late at another one whose own clock differs.
 */
export function currentTime(): Date {
  return new Date(Date.now() + (difference.value?.used ?? 0))
}

export const secondsFromNow = (seconds: number) => new Date(currentTime().getTime() + seconds * 1000)

/**
 * Compares this machine's clock with the database's. Each comparison that agrees with the earlier ones makes the result more
 * exact; one that does not replaces them, because a clock was set.
 * @param theirs the database's time, which it read between `from` and `to` of this machine's clock. In milliseconds
 */
export function compareClock(theirs: number, from: number, to: number): void {
  const [least, most] = [theirs - to, theirs - from]
  const known = difference.value ?? { least, most }
  const both = { least: Math.max(least, known.least), most: Math.min(most, known.most) }
  const exact = both.least <= both.most ? both : { least, most }
  const mayAgree = exact.least <= toleranceMs && exact.most >= -toleranceMs
  difference.value = { ...exact, used: mayAgree ? 0 : Math.round((exact.least + exact.most) / 2) }
}
