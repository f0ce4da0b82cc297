import type { Cell, Results, ServerResult } from "./results"
import type { OperationName, TokenFormat } from "./targets/target"

/** A row of the table. A server with only one access token format shows the same measurement in the rows of both. */
export type Row = { label: string; operation: OperationName; format: TokenFormat | null }

/** The rows, in order. */
export const rows: Row[] = [
  { label: "Introspection", operation: "introspect", format: null },
  { label: "Refresh with rotation, JWT", operation: "refresh", format: "jwt" },
  { label: "Refresh with rotation, opaque", operation: "refresh", format: "opaque" },
  { label: "Refresh with a DPoP proof, JWT", operation: "refresh-dpop", format: "jwt" },
  { label: "Refresh with a DPoP proof, opaque", operation: "refresh-dpop", format: "opaque" },
  { label: "Refresh with private_key_jwt, JWT", operation: "refresh-private-key-jwt", format: "jwt" },
  { label: "Refresh with private_key_jwt, opaque", operation: "refresh-private-key-jwt", format: "opaque" },
  { label: "Code flow, JWT", operation: "flow", format: "jwt" },
  { label: "Code flow, opaque", operation: "flow", format: "opaque" },
  { label: "Revocation", operation: "revoke", format: null },
  { label: "JWKS", operation: "jwks", format: null },
  { label: "Discovery", operation: "discovery", format: null },
]

/** The cell of a row: the one with the row's format, else the only one. */
export function findCell(results: Results, server: string, row: Row, concurrency: number): Cell | undefined {
  const cells = results.cells.filter(
    (cell) => cell.server === server && cell.operation === row.operation && cell.concurrency === concurrency,
  )
  return cells.find(({ format }) => format === row.format) ?? (cells.length === 1 ? cells[0] : undefined)
}

/** Formats whole numbers, such as 1,000. */
export const whole = new Intl.NumberFormat("en-US", { maximumFractionDigits: 0 })
/** Formats milliseconds with two digits. */
export const milliseconds = (value: number) =>
  value >= 100 ? whole.format(value) : value.toPrecision(2).replace(/^(\d+)\.0$/, "$1")
const megabytes = (bytes: number) => whole.format(bytes / 1e6)

/** Formats a factor, such as ×1.84. */
export const factor = (value: number) => `×${value >= 10 ? value.toFixed(0) : value.toFixed(2)}`

/** All of a run's tables, in Markdown. */
export function formatResults(results: Results): string {
  const { machine, settings, date } = results
  const [first] = results.servers
  const database = settings.database === "sqlite" ? "SQLite" : "Postgres"
  const processors = machine.pinned ? "servers on one processor, the load on another" : "processes not pinned"
  return [
    ...(settings.seconds < 0.5 ? ["This run was too short to measure speed."] : []),
    `${date.slice(0, 10)}, ${machine.cpu}, ${machine.cores} processors, ${machine.platform}, Node ${machine.node}; ` +
      `OAuth Flow on ${database}; ${processors}; medians of ${settings.rounds} rounds of ${settings.seconds} s.`,
    `Requests per second, and ${first?.label ?? "the first"} ÷ the peer:`,
    formatGrid(results, ({ rps }, ratio) => whole.format(rps) + (ratio === null ? "" : ` (${factor(ratio)})`)),
    "Latency, p50 / p99 in ms:",
    formatGrid(results, ({ p50, p99 }) => `${milliseconds(p50)} / ${milliseconds(p99)}`),
    "Start and memory:",
    formatServers(results.servers),
  ].join("\n\n")
}

function formatGrid(results: Results, show: (cell: Cell, ratio: number | null) => string): string {
  const [first] = results.servers
  const concurrencies = [...new Set(results.cells.map(({ concurrency }) => concurrency))]
  const lines = rows.flatMap((row) =>
    concurrencies.flatMap((concurrency) => {
      const cells = results.servers.map(({ name }) => findCell(results, name, row, concurrency))
      if (!cells.some((cell) => cell && (row.format === null || cell.format === row.format))) return []
      const own = first && cells[0]
      const shown = cells.map((cell, index) => cell && show(cell, own && index > 0 ? own.rps / cell.rps : null))
      return [[row.label, String(concurrency), ...shown.map((text) => text ?? "–")]]
    }),
  )
  return formatTable(["Operation", "Parallel", ...results.servers.map(({ label }) => label)], lines)
}

function formatServers(servers: ServerResult[]): string {
  const lines = servers.map((server) => [
    server.label,
    whole.format(server.coldStartMs),
    megabytes(server.memoryIdle),
    megabytes(server.memoryAfter),
  ])
  return formatTable(["Server", "Cold start, ms", "Memory before, MB", "Memory after, MB"], lines)
}

/** A Markdown table; all columns but the first are numbers. */
export function formatTable(head: string[], lines: string[][]): string {
  const widths = head.map((text, column) => Math.max(...[text, ...lines.map((line) => line[column] ?? "")].map(length)))
  const format = (line: string[]) =>
    `| ${line.map((text, column) => pad(text, column, widths[column] ?? 0)).join(" | ")} |`
  const rule = widths.map((width, column) => (column === 0 ? "-".repeat(width) : `${"-".repeat(width - 1)}:`))
  return [format(head), `| ${rule.join(" | ")} |`, ...lines.map(format)].join("\n")
}

const length = (text: string) => [...text].length
const pad = (text: string, column: number, width: number) =>
  column === 0 ? text + " ".repeat(width - length(text)) : " ".repeat(width - length(text)) + text
