/** The result of one measurement. Latencies are in milliseconds. */
export type Sample = {
  /** Requests per second. */
  rps: number
  p50: number
  p99: number
  count: number
  /** The share of time, 0 to 1, that the load generator was busy. Near 1 it limits the result. */
  generatorBusy: number
}

/**
 * Sends requests on all connections, one after another on each.
 * @param steps one function per connection, which sends one request
 * @param shouldContinue called with `performance.now()` before each request
 */
export async function drive(steps: (() => Promise<void>)[], shouldContinue: (now: number) => boolean): Promise<Sample> {
  const latencies: number[] = []
  const work = async (step: () => Promise<void>) => {
    let started = performance.now()
    while (shouldContinue(started)) {
      await step()
      const ended = performance.now()
      latencies.push(ended - started)
      started = ended
    }
  }
  const cpu = process.cpuUsage()
  const begin = performance.now()
  await Promise.all(steps.map(work))
  const elapsedMs = performance.now() - begin
  const { user, system } = process.cpuUsage(cpu)
  const sorted = Float64Array.from(latencies).sort()
  const percentile = (p: number) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * p))] ?? Number.NaN
  return {
    rps: (latencies.length / elapsedMs) * 1000,
    p50: percentile(0.5),
    p99: percentile(0.99),
    count: latencies.length,
    generatorBusy: (user + system) / 1000 / elapsedMs,
  }
}
