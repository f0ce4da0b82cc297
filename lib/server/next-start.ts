import { subscribe } from "node:diagnostics_channel"
import type { IncomingMessage } from "node:http"
import { prepare, startMaintenance } from "@/lib/boot"
import { startTelemetry } from "@/lib/flows/telemetry"
import { overwriteForwardingHeaders } from "@/lib/http/client-address"
import { replaceTrace } from "@/lib/http/known-paths"
import { isOwnServer } from "@/lib/own-server"

/**
 * What a process does that Next started by itself, with `next start`. In a process of this project's server everything
 * has been done already.
 */
export async function prepareNextStart(): Promise<void> {
  if (isOwnServer()) return
  // Next would pass on whatever a client writes into these headers.
  subscribe("http.server.request.start", (message) => {
    const { request } = message as { request: IncomingMessage }
    overwriteForwardingHeaders(request)
    replaceTrace(request)
  })
  await prepare()
  await startTelemetry()
  startMaintenance()
}
