import { diagrams, getStep } from "@/lib/flows/diagrams"
import type { Recorded, RecordedStep } from "@/lib/flows/recorded-flow"
import { ComparedValues, isCompared, isEqual } from "./compared-values"
import { FactList } from "./fact-list"
import { FactValue } from "./fact-value"
import { FailurePanel } from "./failure-panel"
import { findFieldDescription } from "./field-descriptions"
import { formatDuration, formatTimestamp } from "./format-time"
import { FromTo } from "./from-to"
import { isJwtFact, JwtFacts } from "./jwt-facts"
import { Panel } from "./panel"
import { isPkce, PkceFacts, pkceNames } from "./pkce-facts"
import { findReplayedTokens } from "./replayed-tokens"
import { shortName } from "./sequence"
import { stepDescriptions } from "./step-descriptions"

type Props = {
  step: RecordedStep
  /** All requests of the flow. */
  recorded: Recorded[]
  heading: "h2" | "h4"
}

/** The details of a step: what happened, the data it carried, and why it failed. */
export function StepDetail({ step, recorded, heading: Heading }: Props) {
  const request = recorded.find(({ steps }) => steps.some(({ id }) => id === step.id))
  const replayedTokens = findReplayedTokens(step, recorded)
  const { diagram, number, from, to, text } = getStep(step.name)
  const place = [
    diagrams[diagram].title,
    number === null ? null : `step ${number}`,
    request && `${request.method} ${request.path}`,
  ]
  return (
    <article className="grid grid-cols-[minmax(0,1fr)] gap-4">
      <header>
        <p className="text-xs font-medium text-accent">{place.filter(Boolean).join(" · ")}</p>
        <Heading className="mt-1 text-lg font-semibold tracking-tight text-balance">{text}</Heading>
        <div className="mt-2 flex flex-wrap items-center gap-x-3 gap-y-1.5 text-xs text-muted tabular-nums">
          <FromTo from={shortName(from)} to={shortName(to)} />
          <span>{formatDuration(step.durationMs)}</span>
          <time dateTime={new Date(step.at).toISOString()}>{formatTimestamp(step.at)}</time>
        </div>
        {!step.failure && <p className="mt-3 text-sm text-pretty text-muted">{stepDescriptions[step.name]}</p>}
      </header>
      {step.failure && request && <FailurePanel failure={step.failure} status={request.status} />}
      {replayedTokens && (
        <Panel title="The two refresh tokens" tone="danger">
          <ComparedValues
            left={{ label: "presented", value: replayedTokens.presented }}
            right={{ label: "current", value: replayedTokens.current }}
            equal={false}
          />
        </Panel>
      )}
      <StepFacts step={step} />
    </article>
  )
}

function StepFacts({ step: { facts } }: { step: RecordedStep }) {
  const pkce = isPkce(facts)
  const entries = Object.entries(facts).filter(([name]) => !(pkce && pkceNames.includes(name)))
  const plain = entries.filter(([, value]) => !isJwtFact(value) && !isCompared(value))
  return (
    <>
      {pkce && <PkceFacts facts={facts} />}
      {entries.map(
        ([name, value]) =>
          isCompared(value) && (
            <Panel key={name} title={<code>{name}</code>} tone={isEqual(value) ? "plain" : "danger"}>
              <ComparedValues
                left={{ label: "sent", value: value.sent ?? null, none: "not sent (allowed)" }}
                right={{ label: "stored", value: value.stored ?? null }}
                equal={isEqual(value)}
              />
            </Panel>
          ),
      )}
      {plain.length > 0 && (
        <Panel title="Data">
          <FactList
            entries={plain.map(([name, value]) => ({
              name,
              value: <FactValue value={value ?? null} />,
              description: findFieldDescription(name),
            }))}
          />
        </Panel>
      )}
      {entries.map(([name, value]) => isJwtFact(value) && <JwtFacts key={name} name={name} jwt={value} />)}
    </>
  )
}
