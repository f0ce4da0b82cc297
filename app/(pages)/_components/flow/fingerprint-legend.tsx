import { useState } from "react"
import { Fingerprint, useLight } from "./fingerprint"

const maxShown = 8

/** Explains the coloured dots: the secrets of the flow, each as a button that highlights its uses in the diagram. */
export function FingerprintLegend() {
  const { uses } = useLight()
  const [isWhole, setWhole] = useState(false)
  if (uses.length === 0) return null
  const shown = isWhole ? uses : uses.slice(0, maxShown)
  return (
    <section aria-labelledby="secrets" className="border-b border-line py-3.5 print:hidden">
      <p className="text-sm text-muted text-pretty">
        <strong id="secrets" className="me-2 font-semibold text-ink">
          Values
        </strong>
        Each is shown as a short fingerprint (#…). Same dot, same value. Point at one to see where it is used. Click to
        pin it.
      </p>
      <ul className="mt-2.5 flex flex-wrap gap-1.5">
        {shown.map(({ fingerprint, name, stepIds }) => (
          <li key={fingerprint} className="max-w-full">
            <Fingerprint value={fingerprint} name={name} steps={stepIds.size} />
          </li>
        ))}
        {uses.length > maxShown && (
          <li>
            <button
              type="button"
              className="link px-1 py-0.5 text-sm"
              aria-expanded={isWhole}
              onClick={() => setWhole(!isWhole)}
            >
              {isWhole ? "Show fewer" : `Show all ${uses.length}`}
            </button>
          </li>
        )}
      </ul>
    </section>
  )
}
