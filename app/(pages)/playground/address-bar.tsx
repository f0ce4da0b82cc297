import { type ReactNode, useEffect, useState } from "react"

/** How long the response stays in the mock address bar, and how long it is struck through, in milliseconds. */
const phaseMs = { shown: 2400, struck: 1200 }

type Phase = "shown" | "struck" | "removed"

/** The address the browser came back to, in a mock address bar. After a moment the client removes the response from it. */
export function ReturnAddress({ url }: { url: URL }) {
  const [phase, setPhase] = useState<Phase>("shown")
  useEffect(() => {
    if (phase === "removed") return
    const timer = setTimeout(() => setPhase(phase === "shown" ? "struck" : "removed"), phaseMs[phase])
    return () => clearTimeout(timer)
  }, [phase])
  return (
    <div>
      <AddressBar>
        <Address url={url} />
        {phase !== "removed" && (
          <span className={phase === "struck" ? "line-through" : ""}>
            {[...url.searchParams].map(([name, value], i) => (
              <span key={name}>
                {i === 0 ? "?" : "&"}
                <mark
                  className={`rounded-sm font-semibold ${name === "code" ? "bg-danger-soft text-danger" : "bg-accent-soft text-accent"}`}
                >
                  {name}
                </mark>
                ={shorten(value)}
              </span>
            ))}
          </span>
        )}
      </AddressBar>
      <p className="mt-1.5 flex flex-wrap gap-x-2 text-xs text-muted">
        {phase === "removed" ? "Removed, so a reload can't use it again." : "The browser came back to this address."}
        {phase === "removed" && (
          <button type="button" className="link" onClick={() => setPhase("shown")}>
            Show it again
          </button>
        )}
      </p>
    </div>
  )
}

/** A mock of a browser's address bar. */
export function AddressBar({ children }: { children: ReactNode }) {
  return (
    <p className="flex min-h-10 items-center gap-2.5 rounded-2xl border border-edge bg-surface px-3 py-2 font-mono text-xs">
      <svg viewBox="0 0 16 16" className="size-4 shrink-0 fill-none stroke-muted stroke-[1.5]" aria-hidden="true">
        <path d="M2 8 H14 M8 2 C4 6 4 10 8 14 C12 10 12 6 8 2 Z" />
        <circle cx="8" cy="8" r="6" />
      </svg>
      <span className="sr-only">Address bar: </span>
      <span className="min-w-0 [overflow-wrap:anywhere]">{children}</span>
    </p>
  )
}

/** An address without its parameters. */
function Address({ url }: { url: URL }) {
  return (
    <>
      <span className="text-muted">{url.host}</span>
      {url.pathname}
    </>
  )
}

function shorten(value: string): string {
  return value.length > 24 ? `${value.slice(0, 10)}…` : value
}
