import { type KeyboardEvent, type ReactNode, useMemo } from "react"
import type { Recorded, RecordedStep } from "@/lib/flows/recorded-flow"
import { RequestBand } from "./request-band"
import { type Group, type Lane, layOut } from "./sequence"
import { StepRow } from "./step-row"

type StepProps = {
  /** The id of the opened step. */
  selected: string | null
  onSelect: (id: string) => void
  /** Requests with a higher seq arrived while the page was open. Their arrows are animated. */
  watchedSince: number
  /** Content under a step, for screens without room next to the diagram. */
  children?: (step: RecordedStep) => ReactNode
}

/**
 * The recorded requests of a flow as a sequence diagram: an ordered list of requests, each an ordered list of steps. Every
 * step is a button. The up and down arrow keys move between them.
 */
export function SequenceDiagram({ recorded, ...steps }: StepProps & { recorded: Recorded[] }) {
  const { lanes, groups } = useMemo(() => layOut(recorded), [recorded])
  return (
    <div className="@container">
      <div className="sticky top-0 z-10 bg-surface print:static">
        <Heads lanes={lanes} />
      </div>
      <ol onKeyDown={moveFocus} className="grid">
        {groups.map((group) => (
          <RequestSteps key={group.seq} group={group} lanes={lanes} {...steps} />
        ))}
      </ol>
    </div>
  )
}

type RequestProps = StepProps & { group: Group; lanes: Lane[] }

/** A request with its steps, as an item of the list of requests. */
export function RequestSteps({ group, lanes, selected, onSelect, watchedSince, children }: RequestProps) {
  return (
    <li className="min-w-0">
      <RequestBand group={group} lanes={lanes} />
      <ol className="flow-steps">
        {group.rows.map((row) => (
          <li key={row.step.id} id={`step-${row.step.id}`} className="scroll-mt-20">
            <StepRow
              row={row}
              lanes={lanes}
              selected={row.step.id === selected}
              fresh={group.seq > watchedSince}
              onSelect={() => onSelect(row.step.id)}
            />
            {children?.(row.step)}
          </li>
        ))}
      </ol>
    </li>
  )
}

/** The participants, which stay in view. The accessible name of each step has its own participants. */
export function Heads({ lanes }: { lanes: Lane[] }) {
  return (
    <div className="hidden ps-10 pe-18 pt-3 @3xl:block" aria-hidden="true">
      <div className="grid auto-cols-fr grid-flow-col">
        {lanes.map(({ participant, label }) => (
          <div key={participant} className="flex min-w-0 flex-col items-center">
            <span
              className={`text-center text-[0.6875rem] leading-5 font-semibold tracking-tight whitespace-nowrap @5xl:text-xs @5xl:tracking-normal ${participant === "client" ? "text-accent" : ""}`}
            >
              {label}
            </span>
            <span className={`size-2 rounded-full ${participant === "client" ? "bg-accent" : "bg-edge"}`} />
            <span className="h-2 w-[1.5px] bg-line" />
          </div>
        ))}
      </div>
      <div className="-me-18 -ms-10 border-b border-line" />
    </div>
  )
}

const moves: Record<string, number> = { ArrowDown: 1, ArrowUp: -1 }

/** Moves the focus between the steps of a list, by the up and down arrow keys. */
export function moveFocus(event: KeyboardEvent<HTMLOListElement>): void {
  const move = moves[event.key]
  if (!move || !(event.target as HTMLElement).dataset.step) return
  const buttons = [...event.currentTarget.querySelectorAll<HTMLButtonElement>("[data-step]")]
  const next = buttons[buttons.indexOf(event.target as HTMLButtonElement) + move]
  if (!next) return
  event.preventDefault()
  next.focus()
}
