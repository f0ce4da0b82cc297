import cluster from "node:cluster"
import { prepare, startMaintenance, startSending } from "@/lib/boot"
import { config } from "@/lib/config"
import { markOwnServer } from "@/lib/own-server"
import { listen } from "./listener"
import { serveMetrics } from "./metrics-server"
import { probePort } from "./ports"
import { type App, createAppServer } from "./serve"
import { reloadAtSignal, stopAtSignal } from "./signals"
import { receiveConnections, superviseWorkers } from "./workers"

/**
 * Starts the server: PROCESSES processes, each of which handles every kind of request. With more than one, this process
 * listens, hands each connection to one of the others, and does what only one process may do.
 * @param app loaded by the processes that serve requests
 * @param hosts the addresses to listen on
 * @throws ConfigError, OperatorError, or the database driver's error
 */
export async function startProduction(app: App, hosts = [config().HOST]): Promise<void> {
  markOwnServer()
  if (cluster.isWorker) {
    await prepare()
    startSending()
    const server = await createAppServer(app)
    const { closeListener } = receiveConnections(server.accept)
    return stopAtSignal((options) => server.stop(options, closeListener))
  }
  // SIGUSR2 must not end the process before its workers are ready.
  let reload = async () => {}
  reloadAtSignal(() => reload())
  const { PORT, PROCESSES } = config()
  await probePort(hosts, PORT)
  await prepare()
  startMaintenance()
  if (PROCESSES > 1) {
    const workers = await superviseWorkers(PROCESSES)
    await serveMetrics()
    reload = workers.reload
    const listener = await listen(hosts, PORT, workers.accept, { paused: true })
    stopAtSignal((options) => workers.stop(options, listener.close))
  } else {
    startSending()
    const server = await createAppServer(app)
    await serveMetrics()
    const listener = await listen(hosts, PORT, server.accept)
    stopAtSignal((options) => server.stop(options, listener.close))
  }
  console.log(`OAuth Flow is ready at ${config().issuer}`)
}
