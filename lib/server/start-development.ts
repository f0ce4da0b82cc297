import { prepare, startMaintenance } from "@/lib/boot"
import { config } from "@/lib/config"
import { startTelemetry } from "@/lib/flows/telemetry"
import { markOwnServer } from "@/lib/own-server"
import { startHttpServer } from "./http-server"
import { loopback, probePort } from "./ports"
import { root } from "./project"
import { type App, createListener } from "./serve"
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
  await startTelemetry()
  const next = await loadNext({ dev: true, dir: root })
  const server = await startHttpServer(
    createListener({
      dev: true,
      findEndpoint: () => null,
      sendFile: () => false,
      guardNext,
      getNext: async () => next,
    }),
    hosts,
    PORT,
    (...upgrade) => void next.webSockets.emit("upgrade", ...upgrade),
  )
  stopAtSignal(() => server.stop({ patient: false }))
  console.log(`OAuth Flow is ready at ${issuer}`)
}
