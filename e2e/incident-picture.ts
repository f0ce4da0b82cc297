import { type Metrics, p95Between } from "./incident-metrics"

export type Sample = { second: number; metrics: Metrics; live: number; ready: number }
type Incident = { samples: Sample[]; audit: number[]; stoppedAt: number; restartedAt: number }

// Sizes in pixels.
const [left, plotWidth, rowHeight, rowGap, top] = [170, 620, 66, 34, 64]
const width = left + plotWidth + 20

const style = `
  text { font: 12px system-ui, sans-serif; fill: #1f2328 }
  .title { font-size: 16px; font-weight: 600 }
  .quiet { fill: #59636e }
  .background { fill: #fff }
  .frame { fill: none; stroke: #d1d9e0 }
  .outage { fill: #d1242f; opacity: .08 }
  .line { fill: none; stroke-width: 1.5; stroke-linejoin: round }
  .good { stroke: #2f8f83 } .bad { stroke: #d1242f } .other { stroke: #3b6fb6 }
  .good-fill { fill: #2f8f83 } .bad-fill { fill: #d1242f } .other-fill { fill: #3b6fb6 }
  @media (prefers-color-scheme: dark) {
    text { fill: #e6edf3 }
    .quiet { fill: #9198a1 }
    .background { fill: #0d1117 }
    .frame { stroke: #3d444d }
    .outage { fill: #ff7b72; opacity: .14 }
    .good { stroke: #5cc2b4 } .bad { stroke: #ff7b72 } .other { stroke: #6ea3ea }
    .good-fill { fill: #5cc2b4 } .bad-fill { fill: #ff7b72 } .other-fill { fill: #6ea3ea }
  }`

type Tone = "good" | "bad" | "other"
type Series = { label: string; tone: Tone; points: [second: number, value: number][] }

/** Draws a database outage as METRICS_PORT, the health checks and the audit log show it: an SVG for light and dark. */
export function drawIncident({ samples, audit, stoppedAt, restartedAt }: Incident): string {
  const end = samples.at(-1)?.second ?? 1
  const x = (second: number) => round(left + (second / end) * plotWidth)
  const rates = (digits: string) =>
    pairs(samples).map(([from, to]): [number, number] => {
      const count = (sample: Sample) => sum([...digits].map((digit) => sample.metrics.requests[digit] ?? 0))
      return [to.second, (count(to) - count(from)) / (to.second - from.second)]
    })
  const connections = (state: string) =>
    samples.map(({ second, metrics }): [number, number] => [second, metrics.connections[state] ?? 0])
  const durations = pairs(samples).flatMap(([from, to]): [number, number][] => {
    const p95 = p95Between(from.metrics, to.metrics)
    return p95 === null ? [] : [[to.second, p95 * 1000]]
  })
  const perSecond = Array.from({ length: Math.floor(end) }, (_, second): [number, number] => [
    second + 1,
    audit.filter((at) => at >= second && at < second + 1).length,
  ])
  const rows: [title: string, unit: string, series: Series[]][] = [
    ["Answered", "requests per second", [{ label: "", tone: "good", points: rates("23") }]],
    ["503", "requests per second", [{ label: "", tone: "bad", points: rates("5") }]],
    ["95 of 100 within", "milliseconds", [{ label: "", tone: "other", points: durations }]],
    [
      "Connections",
      "to Postgres",
      [
        { label: "busy", tone: "bad", points: connections("busy") },
        { label: "idle", tone: "other", points: connections("idle") },
      ],
    ],
    ["Audit log", "revocations per second", [{ label: "", tone: "good", points: perSecond }]],
  ]

  const parts: string[] = []
  let y = top
  for (const [name, path] of [
    ["/health/live", "live"],
    ["/health/ready", "ready"],
  ] as const) {
    parts.push(text(left - 12, y + 11, name, 'text-anchor="end"'))
    for (const [from, to] of pairs(samples)) {
      const tone = to[path] === 200 ? "good-fill" : "bad-fill"
      const [start, stop] = [x(from.second), x(to.second)]
      parts.push(`<rect x="${start}" y="${y}" width="${round(stop - start + 0.5)}" height="14" class="${tone}"/>`)
    }
    y += 22
  }
  y += 18
  for (const [title, unit, series] of rows) {
    const highest = niceCeiling(Math.max(1, ...series.flatMap(({ points }) => points.map(([, value]) => value))))
    parts.push(text(left - 12, y + 14, title, 'text-anchor="end"'))
    parts.push(text(left - 12, y + 31, unit, 'class="quiet" text-anchor="end"'))
    parts.push(`<rect x="${left}" y="${y}" width="${plotWidth}" height="${rowHeight}" class="frame"/>`)
    parts.push(text(left + 6, y + 14, String(highest), 'class="quiet"'))
    for (const { tone, points } of series) {
      const line = points.map(([second, value]) => `${x(second)},${round(y + rowHeight * (1 - value / highest))}`)
      parts.push(`<polyline points="${line.join(" ")}" class="line ${tone}"/>`)
    }
    let legendX = left + plotWidth
    for (const { label, tone } of series.filter((one) => one.label !== "").reverse()) {
      parts.push(text(legendX, y - 6, label, `text-anchor="end"`))
      legendX -= label.length * 7 + 20
      parts.push(`<rect x="${legendX + 4}" y="${y - 14}" width="9" height="9" class="${tone}-fill"/>`)
    }
    y += rowHeight + rowGap
  }
  for (let second = 0; second <= end; second += 30) {
    parts.push(text(x(second), y - 16, `${second} s`, 'class="quiet" text-anchor="middle"'))
  }
  const title = "Postgres stopped for a minute under load"
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${y}" role="img" aria-label="${title}">`,
    `<style>${style}\n</style>`,
    `<rect width="${width}" height="${y}" class="background"/>`,
    text(16, 28, title, 'class="title"'),
    text(16, 47, "The shaded time is without a database.", 'class="quiet"'),
    `<rect x="${x(stoppedAt)}" y="${top - 6}" width="${round(x(restartedAt) - x(stoppedAt))}" height="${y - top - 22}" class="outage"/>`,
    ...parts,
    "</svg>\n",
  ].join("\n")
}

const pairs = <Item>(items: Item[]) => items.slice(1).map((item, i) => [items[i] as Item, item] as const)
const sum = (values: number[]) => values.reduce((total, value) => total + value, 0)
const round = (value: number) => Math.round(value * 10) / 10
const text = (x: number, y: number, content: string, attributes = "") =>
  `<text x="${round(x)}" y="${round(y)}" ${attributes}>${content}</text>`

/** The next number of the form 1, 2 or 5 times a power of ten. */
function niceCeiling(value: number): number {
  const power = 10 ** Math.floor(Math.log10(value))
  return ([1, 2, 5, 10].find((factor) => factor * power >= value) ?? 10) * power
}
