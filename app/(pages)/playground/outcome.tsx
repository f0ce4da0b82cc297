import type { Exchange, PlayedScene } from "./run"

/** How a scene ended, and what the answer said in so many words. */
export function Outcome({ scene: { outcome, exchanges, name } }: { scene: PlayedScene }) {
  if (outcome === "under way") {
    return (
      <p className="flex items-center gap-2 text-sm text-muted">
        <span className="live-dot" aria-hidden="true" />
        Waiting for the server
      </p>
    )
  }
  if (name === "prepare" && outcome === "done") return null
  const said = outcome === "done" ? null : sayRefusal(exchanges)
  return (
    <p className="flex flex-wrap items-center gap-x-2.5 gap-y-1 text-sm">
      <span
        className={`inline-flex items-center gap-1.5 rounded-full px-2.5 py-0.5 font-medium ${outcome === "done" ? "bg-accent-soft text-accent" : "bg-danger-soft text-danger"}`}
      >
        <svg viewBox="0 0 12 12" className="size-3 fill-none stroke-current stroke-2" aria-hidden="true">
          <path d={outcome === "done" ? "M1.5 6.5 L4.5 9.5 L10.5 2.5" : "M2 2 L10 10 M10 2 L2 10"} />
        </svg>
        {{ done: "Done", refused: "Refused", broken: "Broken off" }[outcome]}
      </span>
      {said && <code className="font-mono text-[13px] [overflow-wrap:anywhere]">{said}</code>}
    </p>
  )
}

/** Such as `400 invalid_grant`. */
export function sayRefusal(exchanges: Exchange[]): string | null {
  const last = exchanges.findLast(({ outcome }) => outcome === "failed")
  if (!last) return null
  const { answer, request } = last
  const fromAddress = new URL(request.url).searchParams.get("error")
  const challenge = answer?.headers.find(([name]) => name === "www-authenticate")?.[1]
  const error = fromAddress ?? readError(answer?.body ?? "") ?? /error="([^"]+)"/.exec(challenge ?? "")?.[1]
  return [answer?.status, error].filter(Boolean).join(" ") || null
}

function readError(body: string): string | null {
  try {
    const { error } = JSON.parse(body)
    return typeof error === "string" ? error : null
  } catch {
    return null
  }
}
