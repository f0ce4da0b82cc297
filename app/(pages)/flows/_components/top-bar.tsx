import { Mark } from "../../_components/mark"

/** The navigation above the inspector's pages. */
export function TopBar({ inList = false }: { inList?: boolean }) {
  return (
    <nav aria-label="OAuth Flow" className="flex items-center gap-3 print:hidden">
      <a href="/" className="inline-flex items-center gap-2.5 rounded-lg font-semibold tracking-tight">
        <Mark className="size-7" />
        OAuth Flow
      </a>
      {!inList && (
        <>
          <span aria-hidden="true" className="text-edge">
            /
          </span>
          <a href="/flows" className="rounded-sm font-medium text-muted hover:text-ink">
            Flows
          </a>
        </>
      )}
    </nav>
  )
}
