import type { Registry } from "prom-client"
import { passwordQueueSize } from "@/lib/accounts/password"
import { config } from "@/lib/config"
import { countPoolConnections } from "@/lib/data/connections"
import { countWaitingNotifications } from "@/lib/data/logout-notifications"
import { countWaitingMail } from "@/lib/data/mail"
import { type CountName, readCounts, readLastSweep } from "@/lib/metrics"
import type { Observer } from "./observe"

type Prometheus = typeof import("prom-client")

/** Seconds, as the OpenTelemetry conventions for HTTP recommend. */
const durationBuckets = [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10]

type CounterDefinition = [name: CountName, help: string, labelNames: string[]]

/** Counted in the processes that serve requests. */
const servingCounters: CounterDefinition[] = [
  ["codes_issued", "Authorization codes and approved devices", []],
  ["tokens_issued", "Token responses by grant type", ["grant_type"]],
  ["replays", "Codes and refresh tokens that were used again", ["kind"]],
  ["sign_ins", "Sign-ins by method", ["method"]],
  ["failed_sign_ins", "Refused sign-ins by reason", ["reason"]],
  ["outbox_messages", "Attempts to send e-mails and logout tokens", ["outbox", "result"]],
]

/** Counted in the process that does maintenance: the first one, also when others serve requests. */
const maintenanceCounters: CounterDefinition[] = [["swept_rows", "Expired rows that were deleted", ["kind"]]]

/**
 * Registers what a process that serves requests measures.
 * @returns the observer of its requests
 */
export function registerServing(prometheus: Prometheus, registry: Registry): Observer {
  const { Histogram, Gauge, collectDefaultMetrics } = prometheus
  const registers = [registry]
  registerCounters(servingCounters, prometheus, registry)
  collectDefaultMetrics({ register: registry })
  const duration = new Histogram({
    name: "http_server_request_duration_seconds",
    help: "Duration of HTTP requests",
    labelNames: ["http_request_method", "http_route", "http_response_status_code"],
    buckets: durationBuckets,
    registers,
  })
  const active = new Gauge({ name: "http_server_active_requests", help: "HTTP requests in progress", registers })
  new Gauge({
    name: "oauth_flow_password_queue",
    help: "Passwords that wait for a thread",
    registers,
    collect() {
      this.set(passwordQueueSize())
    },
  })
  new Gauge({
    name: "oauth_flow_database_connections",
    help: "Connections to Postgres by state",
    labelNames: ["state"],
    registers,
    collect() {
      for (const [state, connections] of Object.entries(countPoolConnections())) this.set({ state }, connections)
    },
  })
  return {
    start: () => active.inc(),
    end({ method, route, status, durationMs }) {
      active.dec()
      const labels = { http_request_method: method, http_route: route, http_response_status_code: status }
      duration.observe(labels, durationMs / 1000)
    },
  }
}

/** Registers what happened in this process (lib/metrics.ts). */
function registerCounters(counters: CounterDefinition[], { Counter }: Prometheus, registry: Registry): void {
  for (const [name, help, labelNames] of counters) {
    new Counter({
      name: `oauth_flow_${name}_total`,
      help,
      labelNames,
      registers: [registry],
      collect() {
        this.reset()
        for (const { labels, value } of readCounts(name)) {
          this.inc(Object.fromEntries(labelNames.map((label, i) => [label, labels[i] ?? ""])), value)
        }
      },
    })
  }
}

/** Registers what the process that does maintenance measures. */
export function registerMaintenance(prometheus: Prometheus, registry: Registry): void {
  const { Gauge } = prometheus
  registerCounters(maintenanceCounters, prometheus, registry)
  new Gauge({
    name: "oauth_flow_last_sweep_timestamp_seconds",
    help: "When this instance last completed a sweep; another instance may have done it since",
    registers: [registry],
    collect() {
      const at = readLastSweep()
      if (at) this.set(at.getTime() / 1000)
    },
  })
  new Gauge({
    name: "oauth_flow_outbox_waiting",
    help: "Messages that wait to be sent",
    labelNames: ["outbox"],
    registers: [registry],
    async collect() {
      // Without the database there is no number, and the other metrics are still readable.
      const [mail, logout] = await Promise.all([countWaitingMail(), countWaitingNotifications()]).catch(() => [])
      if (mail !== undefined) this.set({ outbox: "mail" }, mail)
      if (logout !== undefined) this.set({ outbox: "logout_notification" }, logout)
    },
  })
}

/** Whether metrics are on. */
export const areMetricsOn = () => config().METRICS_PORT !== undefined
