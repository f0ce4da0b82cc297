import cluster from "node:cluster"
import http from "node:http"
import { config } from "@/lib/config"
import { OperatorError } from "@/lib/operator-errors"
import { areMetricsOn, registerMaintenance, registerServing } from "./metrics-registry"
import type { Observer } from "./observe"

// prom-client is loaded only when METRICS_PORT is set.

/**
 * Starts to measure the requests of this process. A worker answers the first process, which adds up the workers.
 * @returns the observers of requests
 */
export async function startMeasuring(): Promise<Observer[]> {
  if (!areMetricsOn()) return []
  const prometheus = await import("prom-client")
  const observer = registerServing(prometheus, prometheus.register)
  // It answers the messages of the first process.
  if (cluster.isWorker) new prometheus.AggregatorRegistry()
  return [observer]
}

/**
 * Serves the metrics of all processes at METRICS_PORT, in the first process.
 * @throws OperatorError when the port is in use
 */
export async function serveMetrics(): Promise<void> {
  const { METRICS_PORT, HOST, PROCESSES } = config()
  if (METRICS_PORT === undefined) return
  const prometheus = await import("prom-client")
  const own = PROCESSES > 1 ? new prometheus.Registry() : prometheus.register
  registerMaintenance(prometheus, own)
  const aggregator = PROCESSES > 1 ? new prometheus.AggregatorRegistry() : null
  const read = async () => [await own.metrics(), ...(aggregator ? [await aggregator.clusterMetrics()] : [])].join("\n")
  const server = http.createServer((request, response) => {
    if (request.url !== "/metrics" || request.method !== "GET") return void response.writeHead(404).end()
    read().then(
      (text) => response.writeHead(200, { "Content-Type": prometheus.register.contentType }).end(text),
      () => response.writeHead(503).end(),
    )
  })
  await new Promise<void>((resolve, reject) => {
    server.once("error", () => reject(new OperatorError(`METRICS_PORT ${METRICS_PORT} is in use. Choose another one.`)))
    server.listen(METRICS_PORT, HOST, resolve)
  })
  // It must not keep the process from ending.
  server.unref()
}
