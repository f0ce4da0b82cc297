import cluster from "node:cluster"
import { prepare, startMaintenance } from "@/lib/boot"
import { config } from "@/lib/config"
import { markOwnServer } from "@/lib/own-server"
import { probePort } from "./ports"
import { type App, serve } from "./serve"
import { reloadAtSignal, stopAtSignal } from "./signals"
import { reportReady, superviseWorkers } from "./workers"

/**
 * Starts the server: PROCESSES processes, each of which handles every kind of request. With more than one, this process
 * supervises the others and does what only one process may do; it serves no requests itself.
 * @param app loaded by the processes that serve requests
 * @param hosts the addresses to listen on
 * @throws ConfigError, OperatorError, or the database driver's error
 */
export async function startProduction(app: App, hosts = [config().HOST]): Promise<void> {
  markOwnServer()
  if (cluster.isWorker) {
    await prepare()
    const server = await serve(app, hosts)
    stopAtSignal(server.stop)
    return reportReady()
  }
  // SIGUSR2 must not end the process before its workers are ready.
  let reload = async () => {}
  reloadAtSignal(() => reload())
  await probePort(hosts, config().PORT)
  await prepare()
  startMaintenance()
  const { PROCESSES } = config()
  if (PROCESSES > 1) {
    const workers = await superviseWorkers(PROCESSES)
    reload = workers.reload
    stopAtSignal(workers.stop)
  } else stopAtSignal((await serve(app, hosts)).stop)
  console.log(`OAuth Flow is ready at ${config().issuer}`)
}
