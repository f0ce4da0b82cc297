import { createContext, type ReactNode, useContext, useMemo, useState } from "react"

type Light = {
  /** The fingerprint that the pointer or the focus is on, or that was pinned. */
  lit: string | null
  point: (fingerprint: string | null) => void
  pinned: string | null
  pin: (fingerprint: string | null) => void
}

const LightContext = createContext<Light>({ lit: null, point: () => {}, pinned: null, pin: () => {} })

/** Within it, a fingerprint that is pointed at is lit up wherever it stands. */
export function FingerprintLight({ children }: { children: ReactNode }) {
  const [pointed, point] = useState<string | null>(null)
  const [pinned, pin] = useState<string | null>(null)
  const light = useMemo(() => ({ lit: pointed ?? pinned, point, pinned, pin }), [pointed, pinned])
  return <LightContext value={light}>{children}</LightContext>
}

export function useLight(): Light {
  return useContext(LightContext)
}

const hues = 8
const shapes = 3

/** The classes of a fingerprint's colour and shape: the same for the same value, everywhere. */
export function printLook(fingerprint: string): string {
  let sum = 0
  for (const char of fingerprint) sum = (sum * 31 + char.charCodeAt(0)) % 9973
  return `print-hue-${sum % hues} print-shape-${Math.floor(sum / hues) % shapes}`
}

/** A secret's fingerprint. Pointing at it shows where else the same value went; a click keeps that shown. */
export function Fingerprint({ value }: { value: string }) {
  const { lit, point, pinned, pin } = useLight()
  return (
    <button
      type="button"
      className={`print ${printLook(value)}`}
      data-lit={lit === value || undefined}
      aria-pressed={pinned === value}
      title="The fingerprint of a secret: the same for the same value"
      onClick={() => pin(pinned === value ? null : value)}
      onPointerEnter={() => point(value)}
      onPointerLeave={() => point(null)}
      onFocus={() => point(value)}
      onBlur={() => point(null)}
    >
      <span className={`print-dot ${printLook(value)}`} aria-hidden="true" />
      <span className="sr-only">Fingerprint </span>
      {value}
    </button>
  )
}

const mostDots = 5

/** The fingerprints that a step carries, as dots in their colours. Decoration: the opened step names them. */
export function FingerprintDots({ values }: { values: string[] }) {
  const { lit } = useLight()
  return (
    <span className="flex h-2 gap-1" aria-hidden="true">
      {values.slice(0, mostDots).map((value) => (
        <span key={value} className={`print-dot ${printLook(value)}`} data-lit={lit === value || undefined} />
      ))}
    </span>
  )
}
