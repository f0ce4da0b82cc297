import type { ReactNode } from "react"
import type { StepName } from "@/lib/flows/diagrams"
import type { Recorded } from "@/lib/flows/recorded-flow"
import { Arrow, Lifelines } from "../_components/flow/arrow"
import { foresee, type Group, type Lane } from "../_components/flow/sequence"
import { Heads, RequestSteps } from "../_components/flow/sequence-diagram"
import { StepDetail } from "../_components/flow/step-detail"
import type { PlayedScene } from "./run"
import { scenes } from "./scenes"

/** A piece of the diagram's ground: the lifelines run through, however much stands on it. */
export function Cell({ lanes, last = false, children }: { lanes: Lane[]; last?: boolean; children: ReactNode }) {
  return (
    <div
      className={`@container relative min-w-0 bg-surface max-xl:mb-4 max-xl:rounded-2xl max-xl:border max-xl:empty:hidden border-line px-3 sm:px-5 xl:border-x ${last ? "max-xl:hidden xl:rounded-b-2xl xl:border-b xl:pb-10" : ""}`}
    >
      <span className="pointer-events-none absolute inset-y-0 start-15 end-23 hidden @3xl:block" aria-hidden="true">
        <svg width="100%" height="100%" className="block" aria-hidden="true" focusable="false">
          <Lifelines lanes={lanes} />
        </svg>
      </span>
      <div className="xl:hidden">
        <Heads lanes={lanes} />
      </div>
      <div className="relative pb-3">{children}</div>
    </div>
  )
}

type Props = {
  scene: PlayedScene
  /** Whether it is the one that was played last. */
  newest: boolean
  groups: Group[]
  lanes: Lane[]
  shown: Recorded[]
  opened: string | null
  onOpen: (id: string) => void
}

/** What a scene has caused in the server. */
export function SceneArrows({ scene, newest, groups, lanes, shown, opened, onOpen }: Props) {
  if (groups.length === 0) {
    return (
      <>
        {newest && <Foreseen names={scenes[scene.name].foreseen} lanes={lanes} />}
        {scene.name === "prepare" && scene.outcome === "done" && (
          <Aside>
            {newest
              ? "Nothing of this has been sent yet, so the server knows nothing of it."
              : "The server heard of it by the next request only."}
          </Aside>
        )}
      </>
    )
  }
  return (
    <ol className="flow-paced">
      {groups.map((group) => (
        <RequestSteps key={group.seq} group={group} lanes={lanes} selected={opened} onSelect={onOpen} watchedSince={0}>
          {(step) =>
            step.id === opened && (
              <div className="my-2 rounded-xl bg-sunken p-4 sm:p-5">
                <StepDetail step={step} recorded={shown} heading="h4" />
              </div>
            )
          }
        </RequestSteps>
      ))}
    </ol>
  )
}

function Aside({ children }: { children: ReactNode }) {
  return (
    <p className="pt-4 @3xl:ps-10">
      <span className="bg-surface py-1 pe-2 text-sm text-muted">{children}</span>
    </p>
  )
}

/** The arrows that are to come, where there is room for a picture: in words they are in the scene's card. */
export function Foreseen({ names, lanes }: { names: StepName[]; lanes: Lane[] }) {
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
