import type { Fact, Facts } from "@/lib/flows/facts"
import { ComparedValues } from "./compared-values"
import { FactValue } from "./fact-value"
import { Panel } from "./panel"

const computedName = "BASE64URL(SHA-256(code_verifier))"

/** The facts that PkceFacts shows. */
export const pkceNames = ["code_verifier", computedName, "code_challenge", "equal"]

export function isPkce(facts: Facts): boolean {
  return computedName in facts && "equal" in facts
}

/** PKCE as a computation: the verifier is hashed and compared with the challenge of the authorization request. */
export function PkceFacts({ facts }: { facts: Facts }) {
  const value = (name: string): Fact => facts[name] ?? null
  const equal = facts.equal === true
  return (
    <Panel
      title="PKCE"
      tone={equal ? "plain" : "danger"}
      aside={<span className="text-xs text-muted">RFC 7636 §4.6</span>}
    >
      <div className="rounded-lg border border-line bg-surface px-3 py-2.5">
        <p className="mb-1.5 text-xs text-muted">code_verifier (sent now)</p>
        <div className="text-sm">
          <FactValue value={value("code_verifier")} />
        </div>
      </div>
      <div className="flex items-center gap-2 py-1 ps-6 text-muted">
        <svg viewBox="0 0 12 28" className="h-7 w-3 fill-none stroke-current stroke-[1.5]" aria-hidden="true">
          <path d="M6 0 V27 M2 22 L6 27 L10 22" />
        </svg>
        <span className="font-mono text-xs">BASE64URL(SHA-256(…))</span>
      </div>
      <ComparedValues
        left={{ label: "computed", value: value(computedName) }}
        right={{ label: "code_challenge", value: value("code_challenge") }}
        equal={equal}
      />
      <p className={`mt-3 text-sm font-medium ${equal ? "text-accent" : "text-danger"}`}>
        {equal
          ? "Match: the party redeeming the code is the one that asked for it."
          : "No match: either another party is redeeming the code, or the client sent the wrong verifier."}
      </p>
    </Panel>
  )
}
