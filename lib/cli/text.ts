/** A time in seconds since 1970, as in OAuth's JSON. */
export function toSeconds(date: Date): number
export function toSeconds(date: Date | null): number | null
export function toSeconds(date: Date | null): number | null {
  return date && Math.floor(date.getTime() / 1000)
}

/** A time in UTC for people; empty for null. */
export function toText(date: Date | null): string {
  return date ? `${date.toISOString().slice(0, 19).replace("T", " ")} UTC` : ""
}

/** A number with its noun. @param one the noun in the singular, whose plural ends with s */
export const plural = (count: number, one: string): string => `${count} ${one}${count === 1 ? "" : "s"}`

const isObject = (value: unknown) => typeof value === "object" && value !== null

/** One line for each name and value, with the values in one column. A list takes one line for each item. */
export function formatRecord(record: Record<string, unknown>): string {
  const width = Math.max(...Object.keys(record).map((name) => name.length)) + 2
  return Object.entries(record)
    .flatMap(([name, value]) => {
      const values = [value].flat().map((item) => (isObject(item) ? JSON.stringify(item) : String(item ?? "")))
      return (values.length > 0 ? values : [""]).map((text, i) => (i === 0 ? name : "").padEnd(width) + text)
    })
    .map((line) => line.trimEnd())
    .join("\n")
}

/**
 * Rows in columns under their headings.
 * @param empty the text when there are no rows
 */
export function formatTable(headings: string[], rows: string[][], empty: string): string {
  if (rows.length === 0) return empty
  const lines = [headings, ...rows]
  const widths = headings.map((_, column) => Math.max(...lines.map((line) => (line[column] ?? "").length)))
  return lines
    .map((line) =>
      line
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join("  ")
        .trimEnd(),
    )
    .join("\n")
}
