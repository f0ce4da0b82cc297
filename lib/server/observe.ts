import type http from "node:http"
import { findClientAddress } from "@/lib/http/client-address"
import { findRoute } from "@/lib/http/known-paths"
import { log } from "@/lib/log"
import { parseTarget } from "./target"

/** A request whose response has ended. */
type ObservedRequest = {
  method: string
  /** One of a known number of paths: never what a caller made up, which could contain a secret. */
  route: string
  status: number
  durationMs: number
  address: string
  flowId: string | null
  /** Whether the client closed the connection before the response was complete. */
  aborted: boolean
}

export type Observer = {
  start?(): void
  end(request: ObservedRequest): void
}

const methods = new Set(["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"])

/** Reports each request to the observers. Without any, the listener is returned as it is, because each request would cost more. */
export function observeRequests(listener: http.RequestListener, observers: Observer[]): http.RequestListener {
  if (observers.length === 0) return listener
  return (incoming, outgoing) => {
    const startedAt = performance.now()
    // Before anything changes the headers.
    const address = findClientAddress(incoming.headers["x-forwarded-for"], incoming.socket.remoteAddress)
    const route = findRoute(parseTarget(incoming.url)?.path ?? "")
    let flowId: string | null = null
    const writeHead = outgoing.writeHead.bind(outgoing) as (...args: unknown[]) => http.ServerResponse
    outgoing.writeHead = (...args: unknown[]) => {
      const headers = args.at(-1)
      if (typeof headers === "object" && headers !== null && "X-Flow-Id" in headers)
        flowId = String(headers["X-Flow-Id"])
      return writeHead(...args)
    }
    for (const observer of observers) observer.start?.()
    outgoing.once("close", () => {
      const { method = "" } = incoming
      const request: ObservedRequest = {
        method: methods.has(method) ? method : "_OTHER",
        route,
        status: outgoing.statusCode,
        durationMs: performance.now() - startedAt,
        address,
        flowId,
        aborted: !outgoing.writableFinished,
      }
      for (const observer of observers) observer.end(request)
    })
    listener(incoming, outgoing)
  }
}

/** Writes a line for each request (ACCESS_LOG). */
export const accessLog: Observer = {
  end({ method, route, status, durationMs, address, flowId, aborted }) {
    const duration_ms = Math.round(durationMs * 10) / 10
    log().info({
      event: "request",
      method,
      route,
      status,
      duration_ms,
      address,
      flow: flowId,
      ...(aborted && { aborted }),
    })
  },
}
