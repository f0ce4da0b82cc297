import { keepHouse, prepare } from "@/lib/boot"
import { config } from "@/lib/config"
import { startTelemetry } from "@/lib/flows/telemetry"
import { setServing } from "@/lib/serving"
import { listen } from "./listen"
import { loadNext } from "./next"
import { loopback, probePort } from "./ports"
import { answerWith } from "./serve"
import { stopAtSignal } from "./start"

/**
 * Starts the server for development: one process, reload, and Next compiles the endpoints too, again when they change.
 * Only this machine reaches it unless HOST says otherwise, because the flow inspector shows e-mail addresses.
 * @throws ConfigError, OperatorError, and what the database's drivers throw
 */
export async function startDevelopment(): Promise<void> {
  setServing()
  const { HOST, PORT, issuer } = config()
  const hosts = process.env.HOST ? [HOST] : loopback
  await probePort(hosts, PORT)
  await prepare()
  keepHouse()
  await startTelemetry()
  const { handle, webSockets } = await loadNext({ dev: true })
  const server = await listen(
    answerWith(() => null, handle),
    hosts,
    PORT,
    (...upgrade) => void webSockets.emit("upgrade", ...upgrade),
  )
  stopAtSignal(() => server.stop({ patient: false }))
  console.log(`OAuth Flow is ready at ${issuer}`)
}
