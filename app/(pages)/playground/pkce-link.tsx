import type { ReactNode } from "react"
import type { StepName } from "@/lib/flows/diagrams"
import type { Recorded, RecordedStep } from "@/lib/flows/recorded-flow"
import { Fingerprint, useLight } from "../_components/flow/fingerprint"
import type { Group } from "../_components/flow/sequence"

/** The fingerprint of the challenge that was sent in step 2. @returns null until the server has reported it */
export function findSentChallenge(recorded: Recorded[]): string | null {
  const step = recorded.flatMap(({ steps }) => steps).find(({ name }) => name === sendsChallenge)
  return findText(step, "code_challenge")
}

const sendsChallenge: StepName = "authorization.calls_authorize"
const comparesChallenge: StepName = "authorization.verifies_code_verifier"
const computedName = "BASE64URL(SHA-256(code_verifier))"

function findText(step: RecordedStep | undefined, name: string): string | null {
  const value = step?.facts[name]
  return typeof value === "string" ? value : null
}

type Props = { sent: string | null; groups: Group[] }

/** Links the challenge sent in step 2 with the hash that step 13 compares it with: the same value has the same colour. */
export function PkceLink({ sent, groups }: Props) {
  const { lookOf } = useLight()
  const step = groups.flatMap(({ rows }) => rows).find(({ step }) => step.name === comparesChallenge)?.step
  const computed = findText(step, computedName)
  if (sent === null || computed === null) return null
  const isEqual = sent === computed
  const line = isEqual
    ? `border-solid border-[oklch(0.62_0.16_var(--hue))] ${lookOf(sent)}`
    : "border-dashed border-danger"
  return (
    <section aria-label="The challenge, sent and compared" className="rounded-lg bg-sunken p-3 text-sm">
      <End step={2} label="The client sent this challenge" value={sent} />
      <p className={`ms-3 border-s-4 py-2.5 ps-4 font-medium ${line} ${isEqual ? "text-accent" : "text-danger"}`}>
        {isEqual ? "Same value: it is the same client." : "Different: it is not the same client."}
      </p>
      <End step={13} label="The server hashed the verifier" value={computed} />
    </section>
  )
}

function End({ step, label, value }: { step: number; label: string; value: string }) {
  return (
    <div className="flex flex-wrap items-center gap-x-2 gap-y-1">
      <span className="rounded-full border border-line bg-surface px-2 text-xs leading-6 font-semibold">
        Step {step}
      </span>
      <span className="text-xs text-muted">{label}</span>
      <Fingerprint value={value} />
    </div>
  )
}

/** A note under a step of the diagram, where the challenge is sent and where it is compared. Null for other steps. */
export function ChallengeNote({ step, sent }: { step: RecordedStep; sent: string | null }): ReactNode {
  if (sent === null) return null
  const text = {
    [sendsChallenge]: "Step 13 will compare this challenge:",
    [comparesChallenge]: "The challenge from step 2:",
  }[step.name as string]
  if (!text) return null
  return (
    <p className="relative flex flex-wrap items-center justify-end gap-x-2 gap-y-1 py-1 text-xs text-muted">
      <span className="bg-surface">{text}</span>
      <Fingerprint value={sent} />
    </p>
  )
}
