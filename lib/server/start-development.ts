import { prepare, startMaintenance, startSending } from "@/lib/boot"
import { config } from "@/lib/config"
import { startTelemetry } from "@/lib/flows/telemetry"
import { markOwnServer } from "@/lib/own-server"
import { createHttpServer } from "./http-server"
import { listen } from "./listener"
import { loopback, probePort } from "./ports"
import { root } from "./project"
import { type App, createRequestListener } from "./serve"
import { stopAtSignal } from "./signals"

/**
 * Starts the server for development: one process, in which Next compiles pages and endpoints and reloads them on change.
 * It listens on loopback unless HOST is set, because the flow inspector shows email addresses.
 * @throws ConfigError, OperatorError, or the database driver's error
 */
export async function startDevelopment({ guardNext, loadNext }: App): Promise<void> {
  markOwnServer()
  const { HOST, PORT, issuer } = config()
  const hosts = process.env.HOST ? [HOST] : loopback
  await probePort(hosts, PORT)
  await prepare()
  startMaintenance()
  startSending()
  await startTelemetry()
  const next = await loadNext({ dev: true, dir: root })
  const server = createHttpServer(
    createRequestListener({
      dev: true,
      findEndpoint: () => null,
      sendFile: () => false,
      guardNext,
      getNext: async () => next,
    }),
    (...upgrade) => void next.webSockets.emit("upgrade", ...upgrade),
  )
  const listener = await listen(hosts, PORT, server.accept)
  stopAtSignal(() => server.stop({ patient: false }, listener.close))
  console.log(`OAuth Flow is ready at ${issuer}`)
}
