import type { Fact } from "@/lib/flows/facts"
import type { Recorded } from "@/lib/flows/recorded-flow"
import { isFingerprint } from "./sequence"

/** A secret of a flow: what it is, and the steps that carry it. */
export type FingerprintUse = { fingerprint: string; name: string; stepIds: Set<string> }

/** The secrets of a flow in order of appearance, each with the name under which it appears first. */
export function listFingerprintUses(recorded: Recorded[]): FingerprintUse[] {
  const uses = new Map<string, FingerprintUse>()
  for (const { id, facts } of recorded.flatMap(({ steps }) => steps)) {
    for (const { fingerprint, name } of listNamed("", facts)) {
      const use = uses.get(fingerprint) ?? { fingerprint, name, stepIds: new Set() }
      use.stepIds.add(id)
      uses.set(fingerprint, use)
    }
  }
  return [...uses.values()]
}

/** These names describe how a value is used, so the name around them is taken. */
const innerNames = new Set(["fingerprint", "sent", "stored", "header", "claims"])
const clearerNames = new Map([
  ["previous", "refresh_token"],
  ["current", "refresh_token"],
  ["BASE64URL(SHA-256(code_verifier))", "computed challenge"],
])

function listNamed(name: string, fact: Fact | undefined): { fingerprint: string; name: string }[] {
  if (typeof fact === "string") return isFingerprint(fact) ? [{ fingerprint: fact, name }] : []
  if (typeof fact !== "object" || fact === null) return []
  if (Array.isArray(fact)) return fact.flatMap((item) => listNamed(name, item))
  return Object.entries(fact).flatMap(([key, value]) => {
    if (innerNames.has(key)) return listNamed(name, value)
    return listNamed(clearerNames.get(key) ?? key, value)
  })
}
