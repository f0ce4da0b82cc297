import type { Fact, Facts } from "@/lib/flows/facts"
import { FactList } from "./fact-list"
import { FactValue } from "./fact-value"
import { findClaimDescription } from "./field-descriptions"
import { Fingerprint } from "./fingerprint"
import { formatTimestamp } from "./format-time"
import { Panel } from "./panel"

/** A JWT as a step shows it: decoded, without its signature. */
export type JwtFact = { fingerprint: string; header: Facts; claims: Facts }

export function isJwtFact(fact: Fact | undefined): fact is JwtFact {
  return typeof fact === "object" && fact !== null && "header" in fact && "claims" in fact && "fingerprint" in fact
}

const names: Record<string, string> = { access_token: "Access token", id_token: "ID token" }

/** A decoded JWT, claim by claim. */
export function JwtFacts({ name, jwt }: { name: string; jwt: JwtFact }) {
  return (
    <Panel title={`${names[name] ?? name}, decoded`} aside={<Fingerprint value={jwt.fingerprint} />}>
      <p className="mb-2 text-xs font-semibold text-accent">Header</p>
      <Claims values={jwt.header} />
      <p className="mt-4 mb-2 border-t border-line pt-3.5 text-xs font-semibold text-string">Claims</p>
      <Claims values={jwt.claims} />
    </Panel>
  )
}

const timeClaims = ["iat", "exp", "auth_time", "nbf", "updated_at"]

function Claims({ values }: { values: Facts }) {
  const entries = Object.entries(values).map(([name, value]) => ({
    name,
    description: findClaimDescription(name),
    value:
      timeClaims.includes(name) && typeof value === "number" ? (
        <Seconds value={value} />
      ) : (
        <FactValue value={value ?? null} />
      ),
  }))
  return <FactList entries={entries} />
}

function Seconds({ value }: { value: number }) {
  return (
    <span className="flex flex-wrap gap-x-2.5 tabular-nums">
      <span className="font-mono text-[0.8125rem] text-number">{value}</span>
      <span className="text-[0.8125rem]">{formatTimestamp(value * 1000)}</span>
    </span>
  )
}
