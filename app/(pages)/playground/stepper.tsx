import { icons } from "../_components/flow/pill"
import type { PlayedScene, Run } from "./run"
import { showScene } from "./show-scene"
import { stepsOfScenes, type TourStep, tourSteps } from "./tour-steps"

/** The steps of the tour. A step with a played scene is a button that leads back to it. */
export function Stepper({ run, watching }: { run: Run; watching: boolean }) {
  const { played, planned } = run
  const inProgress = played.at(-1)?.outcome === "in progress"
  const names = [...played.map(({ name }) => name), ...planned.slice(inProgress ? 1 : 0)]
  const steps = stepsOfScenes(names)
  const current = steps[inProgress ? played.length - 1 : played.length]
  return (
    <nav
      aria-label="Steps of the tour"
      className="z-20 -mx-4 mt-3 bg-paper px-4 py-1.5 sm:-mx-6 sm:px-6 [@media(min-height:32rem)]:sticky [@media(min-height:32rem)]:top-0"
    >
      <div className="flex items-center gap-5">
        <ol className="flex min-w-0 flex-1 sm:gap-1">
          {tourSteps.map((step, i) => (
            <Step
              key={step}
              step={step}
              number={i + 1}
              scene={played.findLast((scene, at) => steps[at] === step && scene.outcome !== "in progress")}
              isCurrent={step === current}
            />
          ))}
        </ol>
        {watching && run.flowId !== null && (
          <a className="link shrink-0 text-sm max-lg:hidden" href={`/flows/${run.flowId}`}>
            Open this flow in the inspector
          </a>
        )}
      </div>
      {current && (
        <p className="pb-1 text-center text-xs text-muted sm:hidden" aria-hidden="true">
          Step {tourSteps.indexOf(current) + 1} of {tourSteps.length}:{" "}
          <span className="font-medium text-ink">{current}</span>
        </p>
      )}
    </nav>
  )
}

type StepProps = { step: TourStep; number: number; scene: PlayedScene | undefined; isCurrent: boolean }

function Step({ step, number, scene, isCurrent }: StepProps) {
  // At the end of the tour the token must be refused.
  const isExpected = scene?.outcome === "done" || (step === "Check" && scene?.outcome === "refused")
  const look = !scene
    ? "border-edge"
    : isExpected
      ? "bg-accent-soft text-accent border-accent"
      : "bg-danger-soft text-danger border-danger"
  const content = (
    <>
      <span
        className={`grid size-6 shrink-0 place-items-center rounded-full border text-xs font-semibold tabular-nums ${isCurrent && !scene ? "border-accent bg-accent text-on-accent" : look}`}
        aria-hidden="true"
      >
        {scene ? (
          <svg viewBox="0 0 12 12" className="size-3 fill-none stroke-current stroke-2" aria-hidden="true">
            <path d={isExpected ? icons.check : icons.cross} />
          </svg>
        ) : (
          number
        )}
      </span>
      <span className="max-sm:sr-only">{step}</span>
    </>
  )
  const place =
    "flex min-h-11 w-full items-center justify-center gap-2 rounded-lg text-sm font-medium sm:justify-start sm:px-2"
  return (
    <li className="flex-1 sm:flex-none" aria-current={isCurrent ? "step" : undefined}>
      {scene ? (
        <button
          type="button"
          aria-label={`${step}: ${scene.outcome}`}
          className={`${place} hover:bg-sunken`}
          onClick={() => showScene(scene.id)}
        >
          {content}
        </button>
      ) : (
        <span className={`${place} ${isCurrent ? "" : "text-muted"}`}>{content}</span>
      )}
    </li>
  )
}
