import { formatReason } from "@/lib/flows/reasons"
import { Outcome } from "./outcome"
import type { PlayedScene, Run } from "./run"
import { scenes } from "./scenes"
import { Wire } from "./wire"

type Props = {
  scene: PlayedScene
  place: number
  run: Run
  /** Why the server refused, where that is known. */
  reason: string | null
  /** Whether that is told at all, a moment after the answer. */
  watching: boolean
}

/** What the client did, what it got, and what that means. */
export function SceneCard({ scene, place, run, reason, watching }: Props) {
  const { chapter, title, before, done, refused, breaks } = scenes[scene.name]
  const { outcome, exchanges } = scene
  const said = {
    "under way": null,
    done,
    // Of a break nothing is said before it is known that it was refused for what it is.
    refused: !breaks || !watching || reason === breaks ? refused : reason && sayOtherwise(reason),
    broken: "It did not come to an end. Try again, or start over.",
  }[outcome]
  const problem = exchanges.findLast((exchange) => exchange.problem !== null)?.problem
  return (
    <article
      className={`rounded-xl border bg-surface p-4 shadow-card sm:p-5 ${breaks ? "border-danger/40" : "border-line"}`}
    >
      <p className={`text-xs font-medium ${breaks ? "text-danger" : "text-accent"}`}>
        {breaks ? `Broken on purpose · ${chapter}` : chapter}
      </p>
      <h2 className="mt-1 font-semibold tracking-tight text-balance">
        <span className="text-muted tabular-nums">{place}. </span>
        {title}
      </h2>
      {breaks ? <p className="mt-2 text-sm text-muted text-pretty">{before}</p> : null}
      <div className="mt-3 grid gap-3">
        <Outcome scene={scene} />
        {scene.name === "prepare" && outcome === "done" && <Secret run={run} />}
        {problem ? (
          <p className="text-sm font-medium text-danger [overflow-wrap:anywhere]">{problem}</p>
        ) : (
          said !== null && <p className="text-sm text-pretty">{said}</p>
        )}
      </div>
      <Wire exchanges={exchanges} />
    </article>
  )
}

/** Something else got in the way of what was to be shown. */
function sayOtherwise(reason: string): string {
  return `The server refused for another reason than the one to be shown here: ${formatReason(reason)}. Start over, and try again.`
}

/** The code verifier and what is made of it: the one place where both are. */
function Secret({ run: { secret } }: { run: Run }) {
  if (!secret) return null
  return (
    <dl className="grid gap-1 rounded-lg bg-sunken p-3 text-sm">
      <dt className="text-xs text-muted">code_verifier, which stays here</dt>
      <dd className="font-mono text-xs break-all text-string">{secret.codeVerifier}</dd>
      <dt className="mt-1 flex items-center gap-2 text-xs text-muted">
        <svg viewBox="0 0 12 20" className="h-5 w-3 fill-none stroke-current stroke-[1.5]" aria-hidden="true">
          <path d="M6 0 V19 M2 14 L6 19 L10 14" />
        </svg>
        SHA-256 makes it the code_challenge, which is sent
      </dt>
      <dd className="font-mono text-xs break-all text-accent">{secret.codeChallenge}</dd>
    </dl>
  )
}
