import { type Context, findProblems, isWellFormed, slowAnswerMs } from "./checks"
import { type Exchange, exchange } from "./exchange"
import type { Material } from "./material"
import { mutate } from "./mutate"
import { Random } from "./random"
import { type FuzzRequest, serialise } from "./request"
import { makeValidRequest } from "./valid-requests"
import { type Sent, toWire } from "./wire"

/** A problem with the answer to one request. */
export type Find = { number: number; request: FuzzRequest; bytes: Buffer; problems: string[] }

type Options = {
  port: number
  seed: number
  /** The number of the first request. */
  first: number
  requests: number
  renew: (random: Random) => Promise<Material>
  context: Context
  /** Called when half of the requests are answered. */
  atHalf: () => Promise<void>
  onFind: (find: Find) => void
  /** Called for each answer, with the path of the route that the request was made for. */
  onExchange: (request: FuzzRequest, exchange: Exchange) => void
}

/** Requests with the same material. */
const batchSize = 50

/** Requests at the same time, beside those that wait for the server's time limit. */
const parallel = 6

const timeoutMs = 15_000

/** Sends the requests of a seed. Request `n` is the same in each run, except for the values that the server makes. */
export async function fuzz(options: Options): Promise<void> {
  const { port, seed, requests, renew, context, atHalf, onFind, onExchange } = options
  /** Requests whose answers took long, or ask for a retry. They are sent again when nothing else is running. */
  let suspects: { number: number; request: FuzzRequest; sent: Sent }[] = []
  /** Requests that wait for the server's time limit. */
  const waiting = new Set<Promise<void>>()

  async function send(number: number, request: FuzzRequest, sent: Sent): Promise<void> {
    const result = await exchange(port, sent, request.method === "HEAD", timeoutMs)
    onExchange(request, result)
    if (isLate(sent, result) || mayBeRetried(result)) return void suspects.push({ number, request, sent })
    const problems = findProblems(request, sent, result, context)
    if (problems.length > 0) onFind({ number, request, bytes: sent.bytes, problems })
  }

  /** An answer is late when it is late three times while the server does nothing else: a busy machine is no fault. */
  async function confirmSuspects(): Promise<void> {
    for (const { number, request, sent } of suspects) {
      const again: Exchange[] = []
      for (let i = 0; i < 3; i++) again.push(await exchange(port, sent, request.method === "HEAD", timeoutMs))
      const fastest = Math.round(Math.min(...again.map(({ ms }) => ms)))
      const problems = again.every((result) => isLate(sent, result))
        ? [`no answer, or after ${fastest} ms`]
        : again.flatMap((result) => (isLate(sent, result) ? [] : findProblems(request, sent, result, context)))
      if (problems.length > 0) onFind({ number, request, bytes: sent.bytes, problems })
    }
    suspects = []
  }

  const end = options.first + requests
  const half = options.first + Math.ceil(requests / 2)
  for (let first = options.first; first < end; first += batchSize) {
    const material = await renew(new Random(seed, -1 - first))
    const last = Math.min(first + batchSize, end)
    let next = first
    await Promise.all(
      Array.from({ length: parallel }, async () => {
        while (next < last) {
          const number = next++
          const { request, sent } = makeFuzzed(seed, number, material)
          const running = send(number, request, sent)
          if (sent.pace !== "slow" && !sent.isDamaged) await running
          else {
            const done: Promise<void> = running.finally(() => waiting.delete(done))
            waiting.add(done)
            if (waiting.size > 60) await Promise.race(waiting)
          }
        }
      }),
    )
    if (suspects.length > 0) {
      await Promise.all(waiting)
      await confirmSuspects()
    }
    if (first < half && last >= half) {
      await Promise.all(waiting)
      await atHalf()
    }
  }
  await Promise.all(waiting)
  await confirmSuspects()
}

/** Whether another request has deleted a row that this one needs. A retry must then report what is missing. */
const mayBeRetried = ({ answers }: Exchange) =>
  answers.some(({ status, headers }) => status === 503 && headers.some((one) => one.join() === "retry-after,1"))

/** Whether the answer took too long. The server waits until its time limit for the rest of a request that is not complete. */
function isLate({ bytes, isDamaged, pace }: Sent, { answers, end, ms }: Exchange): boolean {
  if (end === "timeout") return true
  const mayBeIncomplete = pace !== "whole" || isDamaged || !isWellFormed(bytes)
  const isTimedOut = end === "closed" || answers.some(({ status }) => status === 408)
  return mayBeIncomplete
    ? !isTimedOut && ms > slowAnswerMs
    : ms > slowAnswerMs || answers.some(({ status }) => status === 408)
}

function makeFuzzed(seed: number, number: number, material: Material): { request: FuzzRequest; sent: Sent } {
  const random = new Random(seed, number)
  const request = makeValidRequest(material, random)
  const copy: FuzzRequest = structuredClone(request)
  mutate(copy, random, material)
  const sent = toWire(serialise(copy), random)
  return { request: copy, sent }
}
