import type { ReactNode } from "react"

/** A line of a section: a label, a value, and what can be done with it. */
export function Row({ label, action, children }: { label: string; action?: ReactNode; children: ReactNode }) {
  return (
    <div className="flex flex-wrap items-baseline gap-x-4 gap-y-1 py-3">
      <dt className="w-full text-sm text-muted sm:w-40">{label}</dt>
      <dd className="min-w-0 flex-1 [overflow-wrap:anywhere]">{children}</dd>
      {action && <dd className="text-sm">{action}</dd>}
    </div>
  )
}

/** A link to the page of one setting. @param label for screen readers, such as "Change: Password" */
export function RowLink({ href, text, label }: { href: string; text: string; label: string }) {
  return (
    <a className="link" href={href} aria-label={label}>
      {text}
    </a>
  )
}
