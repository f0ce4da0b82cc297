import type { Fact } from "@/lib/flows/facts"
import { Fingerprint } from "./fingerprint"
import { formatTimestamp } from "./format-time"
import { JsonView } from "./json-view"
import { ScrollBox } from "./scroll-box"
import { isFingerprint } from "./sequence"

const isoTimestamp = /^\d{4}-\d{2}-\d{2}T[\d:.]+Z$/

/** The value of a fact: a fingerprint as a tag, a list with one line per item, an object as JSON. */
export function FactValue({ value }: { value: Fact }) {
  if (value === null) return <span className="text-muted">none</span>
  if (typeof value === "string") return <TextValue value={value} />
  if (typeof value === "boolean") return <span className="font-medium">{value ? "yes" : "no"}</span>
  if (typeof value === "number") return <span className="font-mono text-number tabular-nums">{value}</span>
  if (!Array.isArray(value)) {
    return (
      <ScrollBox label="JSON value">
        <span className="font-mono text-[0.8125rem]">
          <JsonView value={value} />
        </span>
      </ScrollBox>
    )
  }
  if (value.length === 0) return <span className="text-muted">none</span>
  return (
    <ul className="grid justify-items-start gap-1">
      {value.map((item) => (
        <li key={JSON.stringify(item)} className="max-w-full">
          <FactValue value={item} />
        </li>
      ))}
    </ul>
  )
}

function TextValue({ value }: { value: string }) {
  if (isFingerprint(value)) return <Fingerprint value={value} />
  if (isoTimestamp.test(value)) return <time dateTime={value}>{formatTimestamp(Date.parse(value))}</time>
  return <span className="font-mono text-[0.8125rem] [overflow-wrap:anywhere]">{value === "" ? '""' : value}</span>
}
