import { icons, Pill } from "../_components/flow/pill"
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
      <Pill tone={outcome === "done" ? "good" : "bad"} icon={outcome === "done" ? icons.check : icons.cross}>
        {{ done: "Done", refused: "Refused", broken: "Broken off" }[outcome]}
      </Pill>
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
