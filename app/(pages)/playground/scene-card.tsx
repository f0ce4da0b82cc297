import { formatReason } from "@/lib/flows/reasons"
import type { RecordedStep } from "@/lib/flows/recorded-flow"
import type { Group } from "../_components/flow/sequence"
import { ReturnAddress } from "./address-bar"
import { OutcomePill } from "./outcome-pill"
import { findComputedChallenge, PkceLink } from "./pkce-link"
import type { PlayedScene, Run } from "./run"
import { scenes } from "./scenes"
import { SecretValues } from "./secret-values"
import { Terms } from "./terms"
import { WireDetails } from "./wire-details"

type Props = {
  scene: PlayedScene
  number: number
  run: Run
  /** The requests of this scene that the server has reported. */
  groups: Group[]
  /** The fingerprint of the challenge sent in step 2. */
  sentChallenge: string | null
  /** Whether the server's reports can be seen. */
  watching: boolean
  onSimulate: () => void
}

/** What the client did, what it received, and what that means. */
export function SceneCard({ scene, number, run, groups, sentChallenge, watching, onSimulate }: Props) {
  const { chapter, title, before, terms, expectedRefusal } = scenes[scene.name]
  const { name, outcome, exchanges } = scene
  const isDone = outcome === "done"
  const problem = exchanges.findLast((exchange) => exchange.problem !== null)?.problem
  const steps = groups.flatMap(({ rows }) => rows.map(({ step }) => step))
  const computed = steps.map(findComputedChallenge).find((value) => value !== null)
  const text = explain(scene, watching ? findReason(steps) : null, watching)
  const returnedTo = name === "authorize" && outcome !== "in progress" ? exchanges[1]?.request.url : undefined
  return (
    <article
      aria-label={`Scene ${number}: ${title}`}
      tabIndex={-1}
      className={`rounded-xl border bg-surface p-4 shadow-card sm:p-5 ${expectedRefusal ? "border-danger/40" : "border-line"}`}
    >
      <p className={`text-xs font-medium ${expectedRefusal ? "text-danger" : "text-accent"}`}>
        {expectedRefusal ? `Broken on purpose · ${chapter}` : chapter}
      </p>
      <h2 className="mt-1 font-semibold tracking-tight text-balance">
        <span className="text-muted tabular-nums">{number}. </span>
        {title}
      </h2>
      {expectedRefusal && <p className="mt-2 text-sm text-muted text-pretty">{before}</p>}
      <div className="mt-3 grid gap-3">
        <OutcomePill scene={scene} />
        {name === "prepare" && isDone && run.secret && <SecretValues secret={run.secret} />}
        {returnedTo && <ReturnAddress url={new URL(returnedTo)} />}
        {isDone && terms && <Terms terms={terms} />}
        {problem ? (
          <p className="text-sm font-medium text-danger [overflow-wrap:anywhere]">{problem}</p>
        ) : (
          text && <p className="text-sm text-pretty">{text}</p>
        )}
        {sentChallenge && computed && (
          <div className="xl:hidden">
            <PkceLink sent={sentChallenge} computed={computed} direction="down" />
          </div>
        )}
        {name === "redeem_stolen" && outcome === "refused" && (
          <button type="button" className="button button-plain" onClick={onSimulate}>
            See it without PKCE
          </button>
        )}
      </div>
      <WireDetails exchanges={exchanges} />
    </article>
  )
}

/** Why the server refused. @returns null when it did not, or has not reported it yet */
function findReason(steps: RecordedStep[]): string | null {
  return steps.findLast(({ failure }) => failure !== null)?.failure?.reason ?? null
}

/** A break is explained only when it is known that the server refused it for the expected reason. */
function explain({ name, outcome }: PlayedScene, reason: string | null, watching: boolean): string | null {
  const { done, refused, expectedRefusal } = scenes[name]
  if (outcome === "in progress") return null
  if (outcome === "done") return done
  if (outcome === "interrupted") return "This step didn't finish. Try again or start over."
  if (!expectedRefusal || !watching || reason === expectedRefusal) return refused
  return (
    reason &&
    `The server refused the request, but not for the reason that you were testing: ${formatReason(reason)}. Start over and try again.`
  )
}
