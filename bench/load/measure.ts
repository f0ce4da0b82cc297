import type { OperationName, Target, TokenFormat } from "../targets/target"
import { Connection } from "./connection"
import { drive, type Sample } from "./drive"
import { type Amount, operations } from "./operations"

export type Measurement = Amount & {
  target: Target
  operation: OperationName
  format: TokenFormat
  /** The number of parallel connections. */
  concurrency: number
  seconds: number
}

/** Measures one operation of one server once. @throws Error when any response is wrong */
export async function measure(measurement: Measurement): Promise<Sample> {
  const { target, operation, format, concurrency, seconds } = measurement
  const ports = [target.port, ...(target.otherPorts ?? [])]
  const open = (_: unknown, i: number) => Connection.open(ports[i % ports.length] ?? target.port)
  const connections = await Promise.all(Array.from({ length: concurrency }, open))
  try {
    const work = await operations[operation](target, format, connections, measurement)
    const end = performance.now() + seconds * 1000
    const sample = await drive(work.steps, work.isUsedUp ? () => !work.isUsedUp?.() : (now) => now < end)
    await work.check?.()
    return sample
  } catch (error) {
    throw new Error(`${target.label}, ${operation}, ${concurrency} in parallel: wrong response`, { cause: error })
  } finally {
    for (const connection of connections) connection.close()
  }
}
