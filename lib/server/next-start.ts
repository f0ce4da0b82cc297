import { subscribe } from "node:diagnostics_channel"
import type { IncomingMessage } from "node:http"
import { prepare, startMaintenance, startSending } from "@/lib/boot"
import { startTelemetry } from "@/lib/flows/telemetry"
import { overwriteForwardingHeaders } from "@/lib/http/client-address"
import { replaceTrace } from "@/lib/http/known-paths"
import { isOwnServer } from "@/lib/own-server"

/**
 * Prepares a process that was started with `next start`. A process of this project's own server is already prepared.
 */
export async function prepareNextStart(): Promise<void> {
  if (isOwnServer()) return
  // Next would forward these headers as the client sent them.
  subscribe("http.server.request.start", (message) => {
    const { request } = message as { request: IncomingMessage }
    overwriteForwardingHeaders(request)
    replaceTrace(request)
  })
  await prepare()
  await startTelemetry()
  startMaintenance()
  startSending()
}
