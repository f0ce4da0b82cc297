import { useEffect, useState } from "react"
import { getStep, participants } from "@/lib/flows/diagrams"
import { formatReason } from "@/lib/flows/reasons"
import { Arrow } from "./arrow"
import { FingerprintDots, useLight } from "./fingerprint"
import { formatDuration } from "./format-time"
import { FromTo } from "./from-to"
import { type Lane, listFingerprints, type Row } from "./sequence"

type Props = {
  row: Row
  lanes: Lane[]
  selected: boolean
  /** Whether the step arrived while the page was open. Its arrow is then animated. */
  fresh: boolean
  onSelect: () => void
}

/** A step as a button: an arrow on a wide screen, lines of text on a narrow one. The accessible name has the same content. */
export function StepRow({ row, lanes, selected, fresh, onSelect }: Props) {
  const draws = useInitially(fresh)
  const { lit, lookOf } = useLight()
  const { failure, facts } = row.step
  const fingerprints = listFingerprints(facts)
  const lights = lit !== null && fingerprints.includes(lit)
  return (
    <button
      type="button"
      className={`flow-row ${draws ? "flow-fresh" : ""} ${lights ? lookOf(lit).className : ""}`}
      data-selected={selected || undefined}
      data-failed={failure !== null || undefined}
      data-lit={lights || undefined}
      data-step={row.step.id}
      aria-pressed={selected}
      onClick={onSelect}
    >
      <span className="sr-only">{nameRow(row)}</span>
      <span className="w-7 shrink-0 pt-0.5 text-end text-xs text-muted tabular-nums @3xl:pt-6" aria-hidden="true">
        {row.number ?? "+"}
      </span>
      <span className="min-w-0 flex-1" aria-hidden="true">
        <span className="hidden @3xl:block">
          <Arrow arrow={row} lanes={lanes} failure={failure} />
        </span>
        <span className="flow-label grid gap-1 @3xl:hidden">
          <FromTo from={lanes[row.from]?.label ?? ""} to={lanes[row.to]?.label ?? ""} />
          <span className={`font-medium ${failure ? "text-danger" : ""}`}>{row.text}</span>
          {failure && <span className="text-sm text-danger">Failed: {formatReason(failure.reason)}</span>}
        </span>
      </span>
      <span
        className="flex w-15 shrink-0 flex-col items-end gap-2 text-xs text-muted tabular-nums @3xl:gap-1.5 @3xl:pt-2"
        aria-hidden="true"
      >
        <span className="order-1 @3xl:order-2">{formatDuration(row.step.durationMs)}</span>
        <span className="order-2 @3xl:order-1">
          <FingerprintDots values={fingerprints} />
        </span>
      </span>
    </button>
  )
}

const drawingMs = 2000

/** True at first only. Otherwise a change of the layout would start the animation again. */
function useInitially(wanted: boolean): boolean {
  const [on, setOn] = useState(wanted)
  useEffect(() => {
    const timer = setTimeout(() => setOn(false), drawingMs)
    return () => clearTimeout(timer)
  }, [])
  return on
}

function nameRow({ number, text, step }: Row): string {
  const { from, to } = getStep(step.name)
  const who = from === to ? participants[from] : `${participants[from]} to ${participants[to]}`
  const end = step.failure ? ` Failed: ${formatReason(step.failure.reason)}.` : ""
  return `${number === null ? "" : `${number}. `}${who}: ${text}. ${formatDuration(step.durationMs)}.${end}`
}
