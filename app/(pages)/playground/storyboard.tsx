import { type ReactNode, useMemo, useState } from "react"
import { participantsOf, type StepName } from "@/lib/flows/diagrams"
import type { Recorded } from "@/lib/flows/recorded-flow"
import { type Group, layOut } from "../_components/flow/sequence"
import { Heads, moveFocus } from "../_components/flow/sequence-diagram"
import { assignGroups } from "./assign-groups"
import { findSentChallenge } from "./pkce-link"
import { isAuthorization, pathsOf, type Run } from "./run"
import { SceneCard } from "./scene-card"
import { DiagramCell, ExpectedSteps, SceneDiagram } from "./scene-diagram"
import { type SceneName, scenes } from "./scenes"

type Props = {
  run: Run
  shown: Recorded[]
  /** Whether the server's steps can be shown. */
  watching: boolean
  onSimulate: () => void
  /** The card of the next scene. */
  children: ReactNode
}

/** The played scenes, each beside the steps that it caused, and the next one beside the steps that it will cause. */
export function Storyboard({ run, shown, watching, onSimulate, children }: Props) {
  const { played } = run
  const laneScenes = [...run.plannedAtStart, ...played.map(({ name }) => name)].join(" ")
  const { lanes, groups } = useMemo(
    () => layOut(shown, participantsIn(laneScenes.split(" ") as SceneName[])),
    [shown, laneScenes],
  )
  const assigned = assignGroups(
    played.map((scene) => ({ id: scene.id, isAuthorization: isAuthorization(scene), paths: pathsOf(scene) })),
    groups,
  )
  const groupsOf = (id: number) => assigned.get(id) ?? []
  const newest = played.at(-1)
  const opening = useOpenedStep(newest && run.broken ? groupsOf(newest.id) : [], played.length)
  const sentChallenge = findSentChallenge(shown)
  const diagram = { lanes, shown, sentChallenge, ...opening }
  const row = watching
    ? "grid gap-x-6 xl:grid-cols-[22rem_minmax(0,1fr)] 2xl:grid-cols-[26rem_minmax(0,1fr)]"
    : "grid max-w-xl"
  const expected = <ExpectedSteps names={expectedStepsOf(run)} lanes={lanes} />

  return (
    <div className="@container/board mt-3 pb-6">
      {watching && (
        <div className={`pointer-events-none top-14 z-10 max-xl:hidden ${row} [@media(min-height:32rem)]:sticky`}>
          <div className="col-start-2 bg-paper">
            <div className="@container min-h-4 rounded-t-2xl border border-b-0 border-line bg-surface px-5">
              <Heads lanes={lanes} />
            </div>
          </div>
        </div>
      )}
      <ol onKeyDown={moveFocus}>
        {played.map((scene, i) => (
          <li key={scene.id} data-scene={scene.id} className={`${i === 0 ? "scroll-mt-18" : "scroll-mt-4"} ${row}`}>
            <LeftColumn isFirst={i === 0}>
              <SceneCard
                scene={scene}
                number={i + 1}
                run={run}
                groups={groupsOf(scene.id)}
                sentChallenge={sentChallenge}
                watching={watching}
                onSimulate={onSimulate}
              />
              {scene === newest && <div className="max-xl:order-2">{children}</div>}
            </LeftColumn>
            {watching && (
              <DiagramCell lanes={lanes} isLast={scene === newest}>
                <SceneDiagram scene={scene} isNewest={scene === newest} groups={groupsOf(scene.id)} {...diagram} />
                {scene === newest && expected}
              </DiagramCell>
            )}
          </li>
        ))}
        {!newest && (
          <li className={row}>
            <LeftColumn isFirst>{children}</LeftColumn>
            {watching && (
              <DiagramCell lanes={lanes} isLast>
                {expected}
              </DiagramCell>
            )}
          </li>
        )}
      </ol>
    </div>
  )
}

/** In one column its cards are items of the row, so that the diagram (order-1) comes between them. */
function LeftColumn({ isFirst, children }: { isFirst: boolean; children: ReactNode }) {
  return (
    <div className={`min-w-0 max-xl:contents xl:pb-5 ${isFirst ? besideHeads : ""}`}>
      <div className="max-xl:contents xl:sticky xl:top-18 xl:grid xl:gap-5">{children}</div>
    </div>
  )
}

/** Starts the first card at the height of the lanes' heads. */
const besideHeads = "xl:-mt-4 @min-[77rem]/board:-mt-12.5"

/** The steps that the next scene will cause; at the start, those of the whole first flow. */
function expectedStepsOf({ played, planned: [next] }: Run): StepName[] {
  if (played.at(-1)?.outcome === "in progress") return []
  if (played.length === 0)
    return (["prepare", "authorize", "redeem"] as const).flatMap((name) => scenes[name].expectedSteps)
  return next ? scenes[next].expectedSteps : []
}

function participantsIn(names: SceneName[]) {
  return names.flatMap((name) => scenes[name]?.expectedSteps.flatMap(participantsOf) ?? [])
}

/** Which step is opened: the one that the reader chose, otherwise the failed step of the newest scene. */
function useOpenedStep(newest: Group[], sceneCount: number) {
  const [chosen, setChosen] = useState<{ sceneCount: number; id: string | null } | null>(null)
  const failed = newest.flatMap(({ rows }) => rows).findLast(({ step }) => step.failure !== null)?.step.id ?? null
  const opened = chosen?.sceneCount === sceneCount ? chosen.id : failed
  return { opened, onOpen: (id: string) => setChosen({ sceneCount, id: id === opened ? null : id }) }
}
