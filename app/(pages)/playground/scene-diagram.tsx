import type { ReactNode } from "react"
import type { StepName } from "@/lib/flows/diagrams"
import type { Recorded } from "@/lib/flows/recorded-flow"
import { Arrow, Lifelines } from "../_components/flow/arrow"
import { foresee, type Group, type Lane } from "../_components/flow/sequence"
import { Heads, RequestSteps } from "../_components/flow/sequence-diagram"
import { StepDetail } from "../_components/flow/step-detail"
import { ChallengeNote } from "./pkce-link"
import type { PlayedScene } from "./run"
import { scenes } from "./scenes"

/** A part of the diagram. The lifelines run through its full height. */
export function DiagramCell({ lanes, isLast, children }: { lanes: Lane[]; isLast: boolean; children: ReactNode }) {
  return (
    <div
      className={`@container relative order-1 min-w-0 bg-surface border-line px-3 max-xl:my-4 max-xl:rounded-2xl max-xl:border max-xl:has-[>:last-child:empty]:hidden sm:px-5 xl:border-x ${isLast ? "xl:rounded-b-2xl xl:border-b xl:pb-6" : ""}`}
    >
      <span className="pointer-events-none absolute inset-y-0 start-15 end-23 hidden @3xl:block" aria-hidden="true">
        <svg width="100%" height="100%" className="block" aria-hidden="true" focusable="false">
          <Lifelines lanes={lanes} />
        </svg>
      </span>
      <div className="xl:hidden">
        <Heads lanes={lanes} />
      </div>
      <div className="relative [&:not(:empty)]:pb-3">{children}</div>
    </div>
  )
}

type Props = {
  scene: PlayedScene
  isNewest: boolean
  groups: Group[]
  lanes: Lane[]
  shown: Recorded[]
  /** The fingerprint of the challenge sent in step 2. */
  sentChallenge: string | null
  /** The ID of the opened step. */
  opened: string | null
  onOpen: (id: string) => void
}

/** The steps that a scene has caused in the server. */
export function SceneDiagram({ scene, isNewest, groups, lanes, shown, sentChallenge, opened, onOpen }: Props) {
  if (groups.length === 0) {
    return (
      <>
        {isNewest && <ExpectedSteps names={scenes[scene.name].expectedSteps} lanes={lanes} />}
        {scene.name === "prepare" && scene.outcome === "done" && (
          <p className="pt-4 @3xl:ps-10">
            <span className="bg-surface py-1 pe-2 text-sm text-muted">
              {isNewest
                ? "Neither value has been sent yet, so the server has no record of this sign-in."
                : "The server received the challenge with the next request."}
            </span>
          </p>
        )}
      </>
    )
  }
  return (
    <ol className="flow-paced">
      {groups.map((group) => (
        <RequestSteps key={group.seq} group={group} lanes={lanes} selected={opened} onSelect={onOpen} watchedSince={0}>
          {(step) => (
            <>
              <ChallengeNote step={step} sent={sentChallenge} />
              {step.id === opened && (
                <div className="my-2 rounded-xl bg-sunken p-4 sm:p-5">
                  <StepDetail step={step} recorded={shown} heading="h4" />
                </div>
              )}
            </>
          )}
        </RequestSteps>
      ))}
    </ol>
  )
}

/** The arrows of the next scene. Shown only where the diagram is drawn as a picture; the scene's card has the words. */
export function ExpectedSteps({ names, lanes }: { names: StepName[]; lanes: Lane[] }) {
  if (names.length === 0) return null
  return (
    <div className="hidden pt-5 @3xl:block" aria-hidden="true">
      {foresee(names, lanes).map((arrow) => (
        <div key={arrow.text} className="foreseen flex gap-3">
          <span className="w-7 shrink-0 pt-6 text-end text-xs text-muted tabular-nums">{arrow.number}</span>
          <span className="min-w-0 flex-1">
            <Arrow arrow={arrow} lanes={lanes} failure={null} foreseen />
          </span>
          <span className="w-15 shrink-0" />
        </div>
      ))}
    </div>
  )
}
