/** The sender and the receiver of a step, in one line. */
export function FromTo({ from, to }: { from: string; to: string }) {
  return (
    <span className="flex flex-wrap items-center gap-1.5 text-xs text-muted">
      <span className="chip">{from}</span>
      {from !== to && (
        <>
          <svg viewBox="0 0 16 8" className="h-2 w-4 shrink-0 fill-none stroke-current stroke-[1.5]" role="img">
            <title>to</title>
            <path d="M0 4 H15 M11 0.5 L15 4 L11 7.5" />
          </svg>
          <span className="chip">{to}</span>
        </>
      )}
    </span>
  )
}
