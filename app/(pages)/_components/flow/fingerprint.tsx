import { createContext, type ReactNode, useContext, useMemo, useState } from "react"
import type { Recorded } from "@/lib/flows/recorded-flow"
import { type FingerprintUse, listFingerprintUses } from "./fingerprint-uses"

type Light = {
  /** The fingerprint under the pointer or the focus, or else the pinned one. */
  lit: string | null
  point: (fingerprint: string | null) => void
  pinned: string | null
  pin: (fingerprint: string | null) => void
  /** The fingerprints of the flow, in order of appearance. */
  uses: FingerprintUse[]
  /** The classes of a fingerprint's colour and shape, and its letter where colours are not shown. */
  lookOf: (fingerprint: string) => Look
}

type Look = { className: string; letter: string }

const LightContext = createContext<Light>({
  lit: null,
  point: () => {},
  pinned: null,
  pin: () => {},
  uses: [],
  lookOf: () => lookAt(0),
})

type Props = { recorded: Recorded[]; children: ReactNode }

/** Gives each secret of a flow one colour, and highlights all uses of the one that is pointed at. */
export function FingerprintLight({ recorded, children }: Props) {
  const [pointed, point] = useState<string | null>(null)
  const [pinned, pin] = useState<string | null>(null)
  const uses = useMemo(() => listFingerprintUses(recorded), [recorded])
  const light = useMemo(() => {
    const places = new Map(uses.map(({ fingerprint }, i) => [fingerprint, i]))
    const lookOf = (fingerprint: string) => lookAt(places.get(fingerprint) ?? 0)
    return { lit: pointed ?? pinned, point, pinned, pin, uses, lookOf }
  }, [pointed, pinned, uses])
  return <LightContext value={light}>{children}</LightContext>
}

export function useLight(): Light {
  return useContext(LightContext)
}

const hues = 8
const shapes = 3
const letters = 26

function lookAt(place: number): Look {
  const round = Math.floor(place / letters)
  return {
    className: `print-hue-${place % hues} print-shape-${Math.floor(place / hues) % shapes}`,
    letter: `${String.fromCharCode(65 + (place % letters))}${round || ""}`,
  }
}

/** The fingerprint of a secret as a button. Pointing at it or focusing it highlights all its uses; a click keeps that. */
export function Fingerprint({ value, name, steps }: { value: string; name?: string; steps?: number }) {
  const { lit, point, pinned, pin, lookOf } = useLight()
  return (
    <button
      type="button"
      className={`print ${lookOf(value).className}`}
      data-lit={lit === value || undefined}
      aria-pressed={pinned === value}
      title="A fingerprint of a secret. Equal secrets have equal fingerprints."
      onClick={() => pin(pinned === value ? null : value)}
      onPointerEnter={() => point(value)}
      onPointerLeave={() => point(null)}
      onFocus={() => point(value)}
      onBlur={() => point(null)}
    >
      <Dot value={value} />
      {name === undefined ? (
        <span className="sr-only">Fingerprint </span>
      ) : (
        <span className="text-start font-sans font-semibold whitespace-normal [overflow-wrap:anywhere]">{name} </span>
      )}
      {value}
      {steps !== undefined && <span className="sr-only">(in {steps === 1 ? "1 step" : `${steps} steps`})</span>}
    </button>
  )
}

/** A dot in the secret's colour. In forced-colors mode it is the secret's letter. */
function Dot({ value, isLit }: { value: string; isLit?: boolean }) {
  const { className, letter } = useLight().lookOf(value)
  return (
    <span className={`print-dot ${className}`} data-letter={letter} data-lit={isLit || undefined} aria-hidden="true" />
  )
}

const maxDots = 5

/** The dots of the secrets that a step carries. They are decoration: the opened step has the fingerprints as text. */
export function FingerprintDots({ values }: { values: string[] }) {
  const { lit } = useLight()
  return (
    <span className="flex min-h-2 gap-1" aria-hidden="true">
      {values.slice(0, maxDots).map((value) => (
        <Dot key={value} value={value} isLit={lit === value} />
      ))}
    </span>
  )
}
