import type { ReactNode } from "react"
import type { Fact } from "@/lib/flows/facts"
import { FactValue } from "./fact-value"

export type Side = { label: string; value: Fact; none?: string }

/** Two values that should be equal, side by side. */
export function ComparedValues({ left, right, equal }: { left: Side; right: Side; equal: boolean }) {
  return (
    <div className="grid grid-cols-[minmax(0,1fr)_auto_minmax(0,1fr)] items-stretch gap-2">
      <Box {...left} equal={equal} />
      <Sign equal={equal} />
      <Box {...right} equal={equal} />
    </div>
  )
}

function Box({ label, value, none, equal }: Side & { equal: boolean }): ReactNode {
  return (
    <div
      className={`min-w-0 rounded-lg border px-3 py-2.5 ${equal ? "border-line bg-sunken" : "border-danger/40 bg-surface"}`}
    >
      <p className="mb-1.5 text-xs text-muted">{label}</p>
      <div className="text-sm">
        {value === null && none ? <span className="text-muted">{none}</span> : <FactValue value={value} />}
      </div>
    </div>
  )
}

function Sign({ equal }: { equal: boolean }) {
  return (
    <p className={`grid place-items-center text-xl font-semibold ${equal ? "text-accent" : "text-danger"}`}>
      <span aria-hidden="true">{equal ? "=" : "≠"}</span>
      <span className="sr-only">{equal ? "is equal to" : "is not equal to"}</span>
    </p>
  )
}

/** A sent value and the stored one. */
export type Compared = { sent?: Fact; stored?: Fact }

export function isCompared(fact: Fact | undefined): fact is Compared {
  if (typeof fact !== "object" || fact === null || Array.isArray(fact)) return false
  const keys = Object.keys(fact)
  return keys.length > 0 && keys.every((key) => key === "sent" || key === "stored")
}

/** A value that was not sent is not a difference: it is optional. */
export function isEqual({ sent, stored }: Compared): boolean {
  return sent === undefined || sent === null || JSON.stringify(sent) === JSON.stringify(stored)
}
