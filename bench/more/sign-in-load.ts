import { clearInterval, setInterval } from "node:timers"
import { median } from "../results"
import { signIn } from "../targets/sign-in"

export type SignInCounts = {
  started: number
  signedIn: number
  /** Refused with 503: the queue of passwords was full. */
  surplus: number
  failed: number
  /** The median milliseconds from requesting the page to the response to its form, for successful sign-ins. */
  p50: number
}

const tickMs = 10

/**
 * Starts a fixed number of sign-ins per second, whether earlier ones are finished or not.
 * @returns `finish`, which stops starting them, waits for all responses and counts them
 */
export function startSignIns(origin: string, perSecond: number): { finish(): Promise<SignInCounts> } {
  const times: number[] = []
  const counts = { started: 0, signedIn: 0, surplus: 0, failed: 0 }
  const pending: Promise<void>[] = []
  const begin = performance.now()
  const timer = setInterval(() => {
    const due = ((performance.now() - begin) / 1000) * perSecond
    for (; counts.started < due; counts.started++) pending.push(signInOnce())
  }, tickMs)

  async function signInOnce(): Promise<void> {
    const started = performance.now()
    try {
      const { outcome } = await signIn(origin)
      if (outcome === "busy") counts.surplus++
      else {
        counts.signedIn++
        times.push(performance.now() - started)
      }
    } catch (error) {
      if (counts.failed === 0) console.error(error)
      counts.failed++
    }
  }

  return {
    async finish() {
      clearInterval(timer)
      await Promise.all(pending)
      return { ...counts, p50: times.length > 0 ? median(times) : Number.NaN }
    },
  }
}
