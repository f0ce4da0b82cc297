import type { Progress } from "../../_components/flow/progress"

const gap = 1.2

/** The progress of a flow in its diagram, with one segment per step. */
export function ProgressBar({ progress: { number, of }, failed }: { progress: Progress; failed: boolean }) {
  const width = 100 / of
  return (
    <>
      <svg
        viewBox="0 0 100 4"
        preserveAspectRatio="none"
        className="flow-progress h-1 w-28 shrink-0"
        aria-hidden="true"
      >
        {Array.from({ length: of }, (_, i) => i + 1).map((step) => (
          <rect
            key={step}
            x={((step - 1) * width).toFixed(2)}
            width={(width - gap).toFixed(2)}
            height="4"
            className={step > number ? "fill-line" : failed && step === number ? "fill-danger" : "fill-accent"}
          />
        ))}
      </svg>
      <span className="text-xs text-muted tabular-nums">
        <span className="sr-only">step </span>
        {number}/{of}
      </span>
    </>
  )
}
