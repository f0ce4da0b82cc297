import type { Results, ServerResult } from "./results"
import { factor, findCell, type Row, rows } from "./table"

// Sizes in pixels. The scale is logarithmic, so "half as fast" and "twice as fast" are equally far from the middle.
const labelWidth = 226
const plotWidth = 420
const barHeight = 14
const barGap = 3
const rowGap = 16
const top = 108
const width = labelWidth + plotWidth + 80

type Bar = { peer: ServerResult; ratio: number; series: number }

const style = `
  text { font: 13px system-ui, sans-serif; fill: #1f2328 }
  .title { font-size: 16px; font-weight: 600 }
  .quiet { fill: #59636e; font-size: 12px }
  .grid { stroke: #d1d9e0; stroke-width: 1 }
  .even { stroke: #59636e; stroke-width: 1.5 }
  .s0 { fill: #3b6fb6 } .s1 { fill: #2f8f83 } .s2 { fill: #b0762c }
  @media (prefers-color-scheme: dark) {
    text { fill: #e6edf3 }
    .quiet { fill: #9198a1 }
    .grid { stroke: #3d444d }
    .even { stroke: #9198a1 }
    .s0 { fill: #6ea3ea } .s1 { fill: #5cc2b4 } .s2 { fill: #e0a659 }
  }`

/**
 * Draws the ratio of OAuth Flow's rate to each peer's, per operation.
 * @param concurrency which measurements to draw
 * @returns an SVG document, legible on light and on dark
 */
export function drawRatios(results: Results, concurrency: number): string {
  const own = results.servers[0]
  const peers = ["oidc-memory", "oidc-sqlite", "better-auth"].flatMap(
    (name) => results.servers.find((server) => server.name === name) ?? [],
  )
  if (!own || peers.length === 0) throw new Error("These results hold no peer to compare with.")
  const groups = rows
    .map((row) => ({ row, bars: findBars(results, own, peers, row, concurrency) }))
    .filter(({ bars }) => bars.length > 0)
  const exponents = groups.flatMap(({ bars }) => bars.map(({ ratio }) => Math.log2(ratio)))
  const lowest = Math.min(-1, Math.floor(Math.min(...exponents)))
  const highest = Math.max(1, Math.ceil(Math.max(...exponents)))
  const x = (ratio: number) => round(labelWidth + ((Math.log2(ratio) - lowest) / (highest - lowest)) * plotWidth)

  const parts: string[] = []
  let y = top
  for (const { row, bars } of groups) {
    const height = bars.length * (barHeight + barGap) - barGap
    parts.push(text(labelWidth - 14, y + height / 2 + 4, row.label, 'text-anchor="end"'))
    for (const bar of bars) {
      parts.push(drawBar(bar, y, x))
      y += barHeight + barGap
    }
    y += rowGap
  }
  const bottom = y - rowGap + 8
  const database = results.settings.database === "sqlite" ? "SQLite" : "Postgres"
  const title = `${own.label} on ${database}: its requests per second ÷ the peer's, ${concurrency} in parallel`
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${bottom + 30}" role="img" aria-label="${title}">`,
    `<style>${style}\n</style>`,
    text(16, 28, title, 'class="title"'),
    ...drawLegend(peers),
    ...drawGrid(lowest, highest, bottom, x),
    ...parts,
    "</svg>\n",
  ].join("\n")
}

function findBars(results: Results, own: ServerResult, peers: ServerResult[], row: Row, concurrency: number): Bar[] {
  const measured = findCell(results, own.name, row, concurrency)
  return peers.flatMap((peer, series) => {
    const theirs = findCell(results, peer.name, row, concurrency)
    return measured && theirs ? [{ peer, ratio: measured.rps / theirs.rps, series }] : []
  })
}

function drawBar({ peer, ratio, series }: Bar, y: number, x: (ratio: number) => number): string {
  const [from, to] = [Math.min(x(1), x(ratio)), Math.max(x(1), x(ratio))]
  const size = `x="${from}" y="${y}" width="${round(to - from)}" height="${barHeight}" rx="2"`
  const title = `<title>${escapeText(peer.label)}: ${factor(ratio)}</title>`
  // Right of the bar; for a ratio below 1, right of the middle line.
  return `<rect class="s${series}" ${size}>${title}</rect>\n${text(to + 6, y + barHeight - 3, factor(ratio), 'class="quiet"')}`
}

function drawLegend(peers: ServerResult[]): string[] {
  return peers.flatMap(({ label }, series) => {
    const left = 16 + series * 210
    const square = `<rect class="s${series}" x="${left}" y="44" width="${barHeight}" height="${barHeight}" rx="2"/>`
    return [square, text(left + barHeight + 7, 56, `÷ ${label}`)]
  })
}

function drawGrid(lowest: number, highest: number, bottom: number, x: (ratio: number) => number): string[] {
  const exponents = Array.from({ length: highest - lowest + 1 }, (_, index) => lowest + index)
  return exponents.flatMap((exponent) => {
    const at = x(2 ** exponent)
    const line = `<line class="${exponent === 0 ? "even" : "grid"}" x1="${at}" x2="${at}" y1="${top - 10}" y2="${bottom}"/>`
    const label = exponent === 0 ? "equal" : exponent > 0 ? `×${2 ** exponent}` : `×1/${2 ** -exponent}`
    return [line, text(at, top - 18, label, 'class="quiet" text-anchor="middle"')]
  })
}

const round = (value: number) => Math.round(value * 10) / 10
const escapeText = (value: string) => value.replaceAll("&", "&amp;").replaceAll("<", "&lt;")
const text = (x: number, y: number, value: string, attributes = "") =>
  `<text x="${round(x)}" y="${round(y)}"${attributes && ` ${attributes}`}>${escapeText(value)}</text>`
