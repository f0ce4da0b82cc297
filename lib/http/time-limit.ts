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
    const fail = () => reject(new DatabaseUnavailableError(new Error(`no answer within ${limitMs} ms`)))
    let timer = setTimeout(fail, limitMs)
    const limited: EndpointRequest = {
      ...request,
      async readBody(maxBytes) {
        clearTimeout(timer)
        const body = await request.readBody(maxBytes)
        timer = setTimeout(fail, limitMs)
        return body
      },
    }
    handle(limited)
      .then(resolve, reject)
      .finally(() => clearTimeout(timer))
  })
}
