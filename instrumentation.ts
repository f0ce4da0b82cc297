import type { IncomingMessage } from "node:http"

/** Runs once when Next starts in a process, before it serves. */
export async function register(): Promise<void> {
  if (process.env.NEXT_RUNTIME !== "nodejs") return
  const { isServing } = await import("@/lib/serving")
  // The server of this project has done all of it.
  if (isServing()) return
  const { subscribe } = await import("node:diagnostics_channel")
  const { keepHouse, prepare } = await import("@/lib/boot")
  const { overwriteForwardingHeaders } = await import("@/lib/http/client-address")
  const { startTelemetry } = await import("@/lib/flows/telemetry")
  // Next would pass on whatever a client writes into these headers.
  subscribe("http.server.request.start", (message) => {
    const { request } = message as { request: IncomingMessage }
    overwriteForwardingHeaders(request.headers, request.socket.remoteAddress)
  })
  await prepare()
  await startTelemetry()
  keepHouse()
}
