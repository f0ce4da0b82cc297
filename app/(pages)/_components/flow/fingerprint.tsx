import { createContext, type ReactNode, useContext, useMemo, useState } from "react"
import type { Recorded } from "@/lib/flows/recorded-flow"
import { listFingerprints } from "./sequence"

type Light = {
  /** The fingerprint that the pointer or the focus is on, or that was pinned. */
  lit: string | null
  point: (fingerprint: string | null) => void
  pinned: string | null
  pin: (fingerprint: string | null) => void
  /** The classes of a fingerprint's colour and shape: the same for the same value, wherever it stands. */
  lookOf: (fingerprint: string) => string
}

const LightContext = createContext<Light>({
  lit: null,
  point: () => {},
  pinned: null,
  pin: () => {},
  lookOf: () => lookAt(0),
})

type Props = { recorded: Recorded[]; children: ReactNode }

/** Within it, each value of a flow has a look of its own, and one that is pointed at is lit up wherever it stands. */
export function FingerprintLight({ recorded, children }: Props) {
  const [pointed, point] = useState<string | null>(null)
  const [pinned, pin] = useState<string | null>(null)
  const places = useMemo(() => {
    const steps = recorded.flatMap((request) => request.steps)
    const fingerprints = new Set(steps.flatMap(({ facts }) => listFingerprints(facts)))
    return new Map([...fingerprints].map((fingerprint, i) => [fingerprint, i]))
  }, [recorded])
  const light = useMemo(() => {
    const lookOf = (fingerprint: string) => lookAt(places.get(fingerprint) ?? 0)
    return { lit: pointed ?? pinned, point, pinned, pin, lookOf }
  }, [pointed, pinned, places])
  return <LightContext value={light}>{children}</LightContext>
}

export function useLight(): Light {
  return useContext(LightContext)
}

const hues = 8
const shapes = 3

function lookAt(place: number): string {
  return `print-hue-${place % hues} print-shape-${Math.floor(place / hues) % shapes}`
}

/** A secret's fingerprint. Pointing at it shows where else the same value went; a click keeps that shown. */
export function Fingerprint({ value }: { value: string }) {
  const { lit, point, pinned, pin, lookOf } = useLight()
  return (
    <button
      type="button"
      className={`print ${lookOf(value)}`}
      data-lit={lit === value || undefined}
      aria-pressed={pinned === value}
      title="The fingerprint of a secret: the same for the same value"
      onClick={() => pin(pinned === value ? null : value)}
      onPointerEnter={() => point(value)}
      onPointerLeave={() => point(null)}
      onFocus={() => point(value)}
      onBlur={() => point(null)}
    >
      <span className={`print-dot ${lookOf(value)}`} aria-hidden="true" />
      <span className="sr-only">Fingerprint </span>
      {value}
    </button>
  )
}

const mostDots = 5

/** The fingerprints that a step carries, as dots in their colours. Decoration: the opened step names them. */
export function FingerprintDots({ values }: { values: string[] }) {
  const { lit, lookOf } = useLight()
  return (
    <span className="flex h-2 gap-1" aria-hidden="true">
      {values.slice(0, mostDots).map((value) => (
        <span key={value} className={`print-dot ${lookOf(value)}`} data-lit={lit === value || undefined} />
      ))}
    </span>
  )
}
