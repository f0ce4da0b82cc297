import { readFileSync } from "node:fs"
import path from "node:path"
import * as prometheus from "prom-client"
import { beforeEach, expect, test } from "vitest"
import { parse } from "yaml"
import { count } from "@/lib/metrics"
import { openTestDatabase } from "@/lib/testing/database"
import { root } from "@/lib/testing/packages"
import { registerMaintenance, registerServing } from "./metrics-registry"

let registry: prometheus.Registry
beforeEach(() => {
  registry = new prometheus.Registry()
})

test("every metric of the dashboard and the alert rules exists", async () => {
  const database = await openTestDatabase("sqlite")
  registerServing(prometheus, registry)
  registerMaintenance(prometheus, registry)
  const names = (await registry.getMetricsAsJSON()).map(({ name }) => name)
  const read = (file: string) => readFileSync(path.join(root, "deploy/monitoring", file), "utf8")
  const dashboard = JSON.parse(read("grafana-dashboard.json"))
  const rules = parse(read("alerts.yaml")).groups[0].rules
  const expressions: string[] = [
    ...dashboard.panels.flatMap(({ targets }: { targets: { expr: string }[] }) => targets.map(({ expr }) => expr)),
    ...rules.map(({ expr }: { expr: string }) => expr),
  ]
  const used = expressions.flatMap((expr) => expr.match(/\b(http_server|oauth_flow|nodejs|process)_\w+/g) ?? [])
  expect(used.length).toBeGreaterThan(20)
  for (const name of new Set(used)) expect(names, name).toContain(name.replace(/_(count|sum|bucket)$/, ""))
  await database.drop()
})

test("counts are read at each scrape, with their labels", async () => {
  registerServing(prometheus, registry)
  const before = await registry.getSingleMetricAsString("oauth_flow_replays_total")
  expect(before).not.toContain('kind="code"')
  count("replays", ["code"])
  count("replays", ["code"], 2)
  for (let i = 0; i < 2; i++) {
    expect(await registry.getSingleMetricAsString("oauth_flow_replays_total")).toContain('{kind="code"} 3')
  }
})

test("the process that does maintenance reports swept rows, and only that one", async () => {
  registerMaintenance(prometheus, registry)
  count("swept_rows", ["sessions"], 5)
  expect(await registry.getSingleMetricAsString("oauth_flow_swept_rows_total")).toContain('{kind="sessions"} 5')
  const serving = new prometheus.Registry()
  registerServing(prometheus, serving)
  expect(serving.getSingleMetric("oauth_flow_swept_rows_total")).toBeUndefined()
})
