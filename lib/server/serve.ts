import type http from "node:http"
import { config } from "@/lib/config"
import { startTelemetry } from "@/lib/flows/telemetry"
import { overwriteForwardingHeaders } from "@/lib/http/client-address"
import type { Handler } from "@/lib/http/exchange"
import { log } from "@/lib/log"
import { listen, type Stop } from "./listen"
import { loadNext, type NextHandler } from "./next"
import { fromIncoming, send } from "./node-exchange"
import { findNextRefusal, findRefusal } from "./refusals"
import { findTarget, type Target } from "./target"

/** Loads the table of what is answered without Next. `findEndpoint` returns null for what Next answers. */
export type LoadEndpoints = () => Promise<{
  findEndpoint(method: string | undefined, path: string): Handler | null
}>

/** Answers requests in this process: endpoints and light pages directly, everything else by Next. */
export async function serve(loadEndpoints: LoadEndpoints, hosts: string[]): Promise<{ stop: Stop }> {
  await startTelemetry()
  const [{ findEndpoint }, next] = await Promise.all([loadEndpoints(), loadNext({ dev: false })])
  const direct = config().ENDPOINTS_THROUGH_NEXT ? () => null : findEndpoint
  return listen(answerWith(direct, next.handle), hosts, config().PORT)
}

/** @param findEndpoint what is answered here and not by Next */
export function answerWith(
  findEndpoint: (method: string | undefined, path: string) => Handler | null,
  answerByNext: NextHandler,
): http.RequestListener {
  function answer(incoming: http.IncomingMessage, outgoing: http.ServerResponse, target: Target): Promise<void> {
    const handle =
      findRefusal(incoming, target) ?? findEndpoint(incoming.method, target.path) ?? findNextRefusal(target)
    if (handle) return handle(fromIncoming(incoming, target)).then((response) => send(response, outgoing))
    incoming.url = target.whole
    overwriteForwardingHeaders(incoming.headers, incoming.socket.remoteAddress)
    return answerByNext(incoming, outgoing)
  }

  return (incoming, outgoing) => {
    const target = findTarget(incoming.url)
    if (target === null) return void outgoing.writeHead(400).end()
    answer(incoming, outgoing, target).catch((error) => fail(incoming, outgoing, error))
  }
}

/** The last resort: handlers and Next answer for their own errors. */
function fail({ method, url }: http.IncomingMessage, response: http.ServerResponse, error: unknown): void {
  // The client has closed the connection.
  if (response.destroyed) return
  // The name alone: a message may hold a value.
  const problem = error instanceof Error ? error.name : "unknown"
  log().error({ event: "request_failed", method, path: url?.split("?")[0], problem })
  if (response.headersSent) return void response.destroy()
  response.writeHead(503, { "Retry-After": "5", "Content-Type": "text/plain", "Cache-Control": "no-store" })
  response.end("The server can't answer this now. Try again in a few seconds.\n")
}
