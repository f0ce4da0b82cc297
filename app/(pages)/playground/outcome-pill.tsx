import { icons, Pill } from "../_components/flow/pill"
import type { Exchange, PlayedScene } from "./run"

/** How a scene ended, with the server's error code if there is one. */
export function OutcomePill({ scene: { outcome, exchanges } }: { scene: PlayedScene }) {
  if (outcome === "in progress") {
    return (
      <p className="flex items-center gap-2 text-sm text-muted">
        <span className="live-dot" aria-hidden="true" />
        Waiting for the server
      </p>
    )
  }
  const error = outcome === "done" ? null : formatRefusal(exchanges)
  return (
    <p className="flex flex-wrap items-center gap-x-2.5 gap-y-1 text-sm">
      <Pill tone={outcome === "done" ? "good" : "bad"} icon={outcome === "done" ? icons.check : icons.cross}>
        {{ done: "Done", refused: "Refused", interrupted: "Interrupted" }[outcome]}
      </Pill>
      {error && <code className="font-mono text-[0.8125rem] [overflow-wrap:anywhere]">{error}</code>}
    </p>
  )
}

/** The status and error code of the last failed exchange, such as `400 invalid_grant`; null when there is neither. */
export function formatRefusal(exchanges: Exchange[]): string | null {
  const failed = exchanges.findLast(({ outcome }) => outcome === "failed")
  if (!failed) return null
  const { response, request } = failed
  const fromAddress = new URL(request.url).searchParams.get("error")
  const challenge = response?.headers.find(([name]) => name === "www-authenticate")?.[1]
  const error = fromAddress ?? findError(response?.body ?? "") ?? /error="([^"]+)"/.exec(challenge ?? "")?.[1]
  return [response?.status, error].filter(Boolean).join(" ") || null
}

function findError(body: string): string | null {
  try {
    const { error } = JSON.parse(body)
    return typeof error === "string" ? error : null
  } catch {
    return null
  }
}
