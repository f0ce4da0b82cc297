import { prepare, startMaintenance } from "@/lib/boot"
import { config } from "@/lib/config"
import { startTelemetry } from "@/lib/flows/telemetry"
import { markOwnServer } from "@/lib/own-server"
import { startHttpServer } from "./http-server"
import { loopback, probePort } from "./ports"
import { root } from "./project"
import { type App, answerWith } from "./serve"
import { stopAtSignal } from "./signals"

/**
 * Starts the server for development: one process, reload, and Next compiles the endpoints too, again when they change.
 * Only this machine reaches it unless HOST says otherwise, because the flow inspector shows e-mail addresses.
 * @throws ConfigError, OperatorError, and what the database's drivers throw
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
    answerWith({ dev: true, findEndpoint: () => null, sendFile: () => false, guardNext, getNext: async () => next }),
    hosts,
    PORT,
    (...upgrade) => void next.webSockets.emit("upgrade", ...upgrade),
  )
  stopAtSignal(() => server.stop({ patient: false }))
  console.log(`OAuth Flow is ready at ${issuer}`)
}
