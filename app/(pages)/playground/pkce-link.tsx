import type { StepName } from "@/lib/flows/diagrams"
import type { Recorded, RecordedStep } from "@/lib/flows/recorded-flow"
import { Fingerprint, useLight } from "../_components/flow/fingerprint"

const sendsChallenge: StepName = "authorization.calls_authorize"
const comparesChallenge: StepName = "authorization.verifies_code_verifier"

/** The fingerprint of the challenge that was sent in step 2. @returns null until the server has reported it */
export function findSentChallenge(recorded: Recorded[]): string | null {
  const step = recorded.flatMap(({ steps }) => steps).find(({ name }) => name === sendsChallenge)
  return findText(step, "code_challenge")
}

/** The fingerprint that step 13 computed from the verifier. @returns null for any other step */
export function findComputedChallenge(step: RecordedStep): string | null {
  return step.name === comparesChallenge ? findText(step, "BASE64URL(SHA-256(code_verifier))") : null
}

function findText(step: RecordedStep | undefined, name: string): string | null {
  const value = step?.facts[name]
  return typeof value === "string" ? value : null
}

type Props = { sent: string; computed: string; direction: "across" | "down" }

/** Links the challenge of step 2 with the hash of step 13 by a line: the same value has the same colour. */
export function PkceLink({ sent, computed, direction }: Props) {
  const { lookOf } = useLight()
  const isEqual = sent === computed
  const line = isEqual
    ? `border-[oklch(0.62_0.16_var(--hue))] ${lookOf(sent).className}`
    : "border-dashed border-danger"
  const text = `font-medium ${isEqual ? "text-accent" : "text-danger"}`
  const verdict = isEqual ? "Same value, so it's the same client." : "Different, so it isn't the same client."
  return (
    <section
      aria-label="The challenge, sent and compared"
      className={`relative my-1.5 rounded-lg bg-sunken p-3 text-sm ${direction === "across" ? "flex items-center gap-3" : ""}`}
    >
      <Side step={2} verb="sent" value={sent} />
      {direction === "across" ? (
        <>
          <span className={`min-w-4 flex-1 border-t-4 ${line}`} />
          <p className={text}>{verdict}</p>
          <span className={`min-w-4 flex-1 border-t-4 ${line}`} />
        </>
      ) : (
        <p className={`ms-3 border-s-4 py-2.5 ps-4 ${line} ${text}`}>{verdict}</p>
      )}
      <Side step={13} verb="hashed" value={computed} />
    </section>
  )
}

function Side({ step, verb, value }: { step: number; verb: string; value: string }) {
  return (
    <p className="flex flex-wrap items-center gap-x-2 gap-y-1">
      <span className="rounded-full border border-line bg-surface px-2 text-xs leading-6">
        <span className="font-semibold">Step {step}</span> {verb}
      </span>
      <Fingerprint value={value} />
    </p>
  )
}

/** What a step of the diagram has to do with the challenge: a note under step 2, the link under step 13. */
export function ChallengeNote({ step, sent }: { step: RecordedStep; sent: string | null }) {
  const computed = findComputedChallenge(step)
  if (sent !== null && computed !== null) {
    return (
      <div className="max-xl:hidden">
        <PkceLink sent={sent} computed={computed} direction="across" />
      </div>
    )
  }
  if (sent === null || step.name !== sendsChallenge) return null
  return (
    <p className="relative flex flex-wrap items-center justify-end gap-x-2 gap-y-1 py-1 text-xs text-muted">
      <span className="bg-surface">Step 13 will compare this challenge:</span>
      <Fingerprint value={sent} />
    </p>
  )
}
