/** What one scrape of METRICS_PORT contains, as totals since the start. */
export type Metrics = {
  /** Requests by the first digit of their status. */
  requests: Record<string, number>
  /** Requests by the upper bound of their duration, in seconds. */
  buckets: [bound: number, count: number][]
  connections: Record<string, number>
}

/** The routes of the clients. Health checks are not among them. */
const routes = /^\/(authorize|token|refresh|introspect|revoke)$/

/** @param url the metrics, in the text format of Prometheus */
export async function readMetrics(url: string): Promise<Metrics> {
  const metrics: Metrics = { requests: {}, buckets: [], connections: {} }
  const buckets = new Map<number, number>()
  for (const line of (await (await fetch(url)).text()).split("\n")) {
    const [, name = "", labelText = "", value = ""] = /^(\w+)\{(.*)\} (\S+)$/.exec(line) ?? []
    const labels = Object.fromEntries([...labelText.matchAll(/(\w+)="([^"]*)"/g)].map(([, key, text]) => [key, text]))
    if (name === "oauth_flow_database_connections") metrics.connections[labels.state ?? ""] = Number(value)
    if (!routes.test(labels.http_route ?? "")) continue
    if (name === "http_server_request_duration_seconds_count") {
      const digit = labels.http_response_status_code?.[0] ?? ""
      metrics.requests[digit] = (metrics.requests[digit] ?? 0) + Number(value)
    }
    if (name === "http_server_request_duration_seconds_bucket") {
      const bound = labels.le === "+Inf" ? Number.POSITIVE_INFINITY : Number(labels.le)
      buckets.set(bound, (buckets.get(bound) ?? 0) + Number(value))
    }
  }
  metrics.buckets = [...buckets].sort(([a], [b]) => a - b)
  return metrics
}

/** The duration, in seconds, that 95 of 100 requests between two scrapes did not exceed; null without any. */
export function p95Between(from: Metrics, to: Metrics): number | null {
  const counts = to.buckets.map(([bound, count], i) => [bound, count - (from.buckets[i]?.[1] ?? 0)] as const)
  const total = counts.at(-1)?.[1] ?? 0
  if (total === 0) return null
  const found = counts.find(([, count]) => count >= 0.95 * total)?.[0] ?? 0
  return Number.isFinite(found) ? found : 10
}
