import type { Failure } from "@/lib/flows/events"
import { formatReason } from "@/lib/flows/reasons"
import type { Lane, PlacedArrow } from "./sequence"

type Props = {
  arrow: PlacedArrow
  lanes: Lane[]
  failure: Failure | null
  /** Whether the step has not happened yet. */
  foreseen?: boolean
}

const lineY = 32
const foreseenLine = "stroke-current stroke-[1.5] [stroke-dasharray:2_5]"
const loop = { top: 13, bottom: 33, width: 24 }

/**
 * A step as an arrow across the lanes, with its text. Horizontal positions are percentages, so the arrow fits any width.
 * Shapes that must not stretch, such as the arrow head, are nested drawings at such a position.
 */
export function Arrow(props: Props) {
  const { arrow, lanes, failure, foreseen = false } = props
  const tone = failure ? "text-danger" : foreseen ? "text-edge" : "text-accent"
  return (
    <svg
      width="100%"
      height={failure ? 64 : 46}
      aria-hidden="true"
      focusable="false"
      className={`block overflow-visible ${tone}`}
    >
      <Lifelines lanes={lanes} />
      {arrow.from === arrow.to ? <Loop {...props} /> : <Line {...props} />}
      <Label {...props} />
    </svg>
  )
}

/** The vertical line of each participant. */
export function Lifelines({ lanes }: { lanes: Lane[] }) {
  return lanes.map(({ participant }, i) => (
    <line
      key={participant}
      x1={place(i, lanes)}
      x2={place(i, lanes)}
      y1="0"
      y2="100%"
      className="stroke-line stroke-[1.5]"
    />
  ))
}

function Line({ arrow: { from, to }, lanes, failure, foreseen }: Props) {
  const back = to < from ? -1 : 1
  return (
    <>
      <line
        x1={place(from, lanes)}
        x2={place(to, lanes)}
        y1={lineY}
        y2={lineY}
        pathLength={foreseen ? undefined : 1}
        className={foreseen ? foreseenLine : "flow-line stroke-current stroke-[1.75]"}
      />
      <circle cx={place(from, lanes)} cy={lineY} r="3" className="fill-current" />
      <svg
        x={place(to, lanes)}
        y={lineY}
        width="1"
        height="1"
        overflow="visible"
        aria-hidden="true"
        className="flow-head"
      >
        {failure ? <Cross /> : <path d={`M${-8 * back} -4.5 L0 0 L${-8 * back} 4.5 Z`} className="fill-current" />}
      </svg>
    </>
  )
}

function Loop({ arrow: { from }, lanes, failure, foreseen }: Props) {
  const { top, bottom, width } = loop
  const path = `M0 ${top} H${width - 6} Q${width} ${top} ${width} ${top + 6} V${bottom - 6} Q${width} ${bottom} ${width - 6} ${bottom} H${failure ? 0 : 3}`
  return (
    <svg x={place(from, lanes)} y="0" width="1" height="46" overflow="visible" aria-hidden="true">
      <path
        d={path}
        pathLength={foreseen ? undefined : 1}
        className={`fill-none ${foreseen ? foreseenLine : "flow-line stroke-current stroke-[1.75]"}`}
      />
      <circle cx="0" cy={top} r="3" className="fill-current" />
      <g className="flow-head" transform={`translate(0 ${bottom})`}>
        {failure ? <Cross /> : <path d="M8 -4.5 L0 0 L8 4.5 Z" className="fill-current" />}
      </g>
    </svg>
  )
}

/** Marks the end of an arrow whose step failed. */
function Cross() {
  return (
    <>
      <circle r="8" className="fill-danger" />
      <path d="M-3 -3 L3 3 M-3 3 L3 -3" className="stroke-surface stroke-[1.75] [stroke-linecap:round]" />
    </>
  )
}

function Label({ arrow, lanes, failure, foreseen }: Props) {
  const { lane, anchor } = arrow.label
  const isLoop = arrow.from === arrow.to
  const common = {
    x: place(lane, lanes),
    dx: { start: isLoop ? loop.width + 10 : 10, middle: 0, end: isLoop ? -14 : -10 }[anchor],
    textAnchor: anchor,
  }
  return (
    <>
      <text
        {...common}
        y={isLoop ? 27 : 20}
        className={`flow-label text-[0.8125rem] ${failure ? "fill-danger font-medium" : foreseen ? "fill-muted" : "fill-ink font-medium"}`}
      >
        {arrow.text}
      </text>
      {failure && (
        <text {...common} y={isLoop ? 46 : 53} className="flow-label fill-danger text-xs">
          {formatReason(failure.reason)}
        </text>
      )}
    </>
  )
}

/** The horizontal position of a lane, or between two lanes for a fraction. */
function place(lane: number, lanes: Lane[]): string {
  return `${(((lane + 0.5) / lanes.length) * 100).toFixed(3)}%`
}
