import { type BreakName, breaks } from "./plan"

type Props = { busy: boolean; onBreak: (name: BreakName) => void }

/** The ways to break the flow, always there: what a break needs and is not there yet is done first. */
export function BreakButtons({ busy, onBreak }: Props) {
  return (
    <div className="mt-5 border-t border-line pt-4">
      <h3 id="breaks" className="text-sm font-semibold">
        Break it on purpose
      </h3>
      <ul aria-labelledby="breaks" className="mt-2 -mx-2 grid">
        {breaks.map(({ name, label, about }) => (
          <li key={name}>
            <button
              type="button"
              className="group flex min-h-11 w-full items-center gap-3 rounded-lg px-2 py-1.5 text-start hover:bg-danger-soft aria-disabled:opacity-60"
              aria-disabled={busy}
              onClick={() => !busy && onBreak(name)}
            >
              <svg
                viewBox="0 0 20 20"
                className="size-5 shrink-0 fill-none stroke-danger stroke-[1.75] [stroke-linecap:round] [stroke-linejoin:round]"
                aria-hidden="true"
              >
                <path d="M11 2 L5 11 H9.5 L8.5 18 L15 8.5 H10.5 Z" />
              </svg>
              <span className="min-w-0">
                <span className="block text-sm font-medium">{label}</span>
                <span className="block text-xs text-muted text-pretty">{about}</span>
              </span>
            </button>
          </li>
        ))}
      </ul>
    </div>
  )
}
