import { type ReactNode, useMemo, useState } from "react"
import { participantsOf, type StepName } from "@/lib/flows/diagrams"
import type { Recorded } from "@/lib/flows/recorded-flow"
import { type Group, layOut } from "../_components/flow/sequence"
import { Heads, moveFocus } from "../_components/flow/sequence-diagram"
import { Cell, Foreseen, SceneArrows } from "./arrows"
import { isAuthorization, pathsOf, type Run } from "./run"
import { SceneCard } from "./scene-card"
import { type SceneName, scenes } from "./scenes"
import { assignGroups } from "./timeline"

type Props = {
  run: Run
  shown: Recorded[]
  /** Whether there are arrows to show. */
  watching: boolean
  /** What comes next. */
  children: ReactNode
}

/** The scenes that were played, each beside the steps that it caused, and what comes next beside what it will cause. */
export function Storyboard({ run, shown, watching, children }: Props) {
  const { played } = run
  const cast = [...run.cast, ...played.map(({ name }) => name)].join(" ")
  const { lanes, groups } = useMemo(() => layOut(shown, castOf(cast.split(" ") as SceneName[])), [shown, cast])
  const assigned = assignGroups(
    played.map((scene) => ({ id: scene.id, isAuthorization: isAuthorization(scene), paths: pathsOf(scene) })),
    groups,
  )
  const newest = played.at(-1)
  const opening = useOpened(newest && run.broken ? (assigned.get(newest.id) ?? []) : [], played.length)
  const arrows = { lanes, shown, ...opening }
  const row = watching
    ? "grid gap-x-6 xl:grid-cols-[22rem_minmax(0,1fr)] 2xl:grid-cols-[26rem_minmax(0,1fr)]"
    : "max-w-xl"

  return (
    <div className="@container/board mt-8">
      {watching && (
        <div className={`pointer-events-none sticky top-0 z-10 max-xl:hidden ${row}`}>
          <div className="col-start-2 bg-paper">
            <div className="@container min-h-4 rounded-t-2xl border border-b-0 border-line bg-surface px-5">
              <Heads lanes={lanes} />
            </div>
          </div>
        </div>
      )}
      <ol onKeyDown={moveFocus}>
        {played.map((scene, i) => (
          <li key={scene.id} data-scene className={`scroll-mt-4 ${row}`}>
            <div className={`min-w-0 pb-4 xl:pb-5 ${i === 0 ? atTop : ""}`}>
              <div className="xl:sticky xl:top-4">
                <SceneCard
                  scene={scene}
                  place={i + 1}
                  run={run}
                  reason={reasonOf(assigned.get(scene.id) ?? [])}
                  watching={watching}
                />
              </div>
            </div>
            {watching && (
              <Cell lanes={lanes}>
                <SceneArrows
                  scene={scene}
                  newest={scene === newest}
                  groups={assigned.get(scene.id) ?? []}
                  {...arrows}
                />
              </Cell>
            )}
          </li>
        ))}
        <li className={row}>
          <div className={`min-w-0 ${played.length === 0 ? atTop : ""}`}>{children}</div>
          {watching && (
            <Cell lanes={lanes} last>
              <Foreseen names={foreseenAt(run)} lanes={lanes} />
            </Cell>
          )}
        </li>
      </ol>
    </div>
  )
}

/** Why the server refused; null when it did not, and when it is not told. */
function reasonOf(groups: Group[]): string | null {
  return groups.flatMap(({ rows }) => rows).findLast(({ step }) => step.failure !== null)?.step.failure?.reason ?? null
}

/** What the next scene will cause; at the very beginning the whole first flow, to show where it goes. */
function foreseenAt({ played, planned: [next] }: Run): StepName[] {
  if (played.at(-1)?.outcome === "under way") return []
  if (played.length === 0) return [...scenes.prepare.foreseen, ...scenes.authorize.foreseen, ...scenes.redeem.foreseen]
  return next ? scenes[next].foreseen : []
}

/** Beside the heads of the lanes. */
const atTop = "xl:-mt-4 @min-[77rem]/board:-mt-12.5"

/** Who takes part: everybody has a lane from the beginning, so that none moves later. */
function castOf(names: SceneName[]) {
  return names.flatMap((name) => scenes[name]?.foreseen.flatMap(participantsOf) ?? [])
}

/** Which step is opened: the one that somebody picked, else the one that failed just now. */
function useOpened(newest: Group[], played: number) {
  const [picked, setPicked] = useState<{ played: number; id: string | null }>({ played, id: null })
  const failed = newest.flatMap(({ rows }) => rows).findLast(({ step }) => step.failure !== null)?.step.id ?? null
  const isOwn = picked.played === played
  const opened = isOwn && picked.id !== null ? picked.id : failed
  const closed = isOwn && picked.id === closedId
  return {
    opened: closed ? null : opened,
    onOpen: (id: string) => setPicked({ played, id: id === opened && !closed ? closedId : id }),
  }
}

const closedId = "none"
