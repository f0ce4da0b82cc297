/** The logo of OAuth Flow. Decorative: the name is beside it. */
export function Mark({ className }: { className: string }) {
  return (
    <svg viewBox="0 0 32 32" className={className} aria-hidden="true" focusable="false">
      <rect width="32" height="32" rx="8" className="fill-accent" />
      <g className="fill-none stroke-on-accent stroke-[3] [stroke-linecap:round]">
        <circle cx="13.25" cy="16.75" r="7" />
        <path d="M13.25 9.75h12.5" />
      </g>
      <circle cx="13.25" cy="16.75" r="2.25" className="fill-on-accent opacity-75" />
    </svg>
  )
}
