import { clearInterval, setInterval } from "node:timers"
import { median } from "../results"
import { signIn } from "../targets/sign-in"

export type SignInCounts = {
  begun: number
  signedIn: number
  /** Asked to wait: more passwords were waiting to be checked than the server lets wait. */
  surplus: number
  failed: number
  /** The median time, in milliseconds, from asking for the page until the answer to its form, of those who were signed in. */
  p50: number
}

const tickMs = 10

/**
 * Begins so many sign-ins a second, however many of those before are still unanswered.
 * @returns `finish`, which begins no more, waits for all answers and counts them
 */
export function startSignIns(origin: string, perSecond: number): { finish(): Promise<SignInCounts> } {
  const times: number[] = []
  const counts = { begun: 0, signedIn: 0, surplus: 0, failed: 0 }
  const pending: Promise<void>[] = []
  const begin = performance.now()
  const timer = setInterval(() => {
    const due = ((performance.now() - begin) / 1000) * perSecond
    for (; counts.begun < due; counts.begun++) pending.push(signInOnce())
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
