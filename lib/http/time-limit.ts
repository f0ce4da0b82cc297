import { DatabaseUnavailableError } from "@/lib/data/errors"
import type { EndpointRequest } from "./exchange"

/** Milliseconds. Every request must be answered within ten seconds after it has arrived, and the CORS headers can need the database too. */
const limitMs = 8_000

/**
 * Runs a handler, and stops waiting for it after eight seconds: on a slow database, its statements can take seconds each. The
 * handler goes on, so what it stores may be stored after the answer, as after a lost connection. The time in which the
 * client sends the body has its own limit.
 * @throws DatabaseUnavailableError when the time is over
 */
export function withTimeLimit<Result>(
  request: EndpointRequest,
  handle: (request: EndpointRequest) => Promise<Result>,
): Promise<Result> {
  return new Promise((resolve, reject) => {
    let receiving = false
    const timer = setTimeout(() => {
      if (!receiving) reject(new DatabaseUnavailableError(new Error(`no answer within ${limitMs} ms`)))
    }, limitMs)
    async function readBody(maxBytes: number): Promise<Buffer | null> {
      receiving = true
      try {
        return await request.readBody(maxBytes)
      } finally {
        receiving = false
        timer.refresh()
      }
    }
    const stop = () => clearTimeout(timer)
    handle(Object.assign({}, request, { readBody }))
      .then(resolve, reject)
      .then(stop)
  })
}
