import type { Fact } from "@/lib/flows/facts"
import type { Recorded, RecordedStep } from "@/lib/flows/recorded-flow"

/** The refresh token that was presented, and the one that was valid at that time. */
export type ReplayedTokens = { presented: Fact; current: Fact }

/** The two refresh tokens of a replay; null for any other step. */
export function findReplayedTokens(step: RecordedStep, recorded: Recorded[]): ReplayedTokens | null {
  if (step.failure?.reason !== "refresh_token_replayed") return null
  const own = recorded.find(({ steps }) => steps.some(({ id }) => id === step.id))
  const presented = own?.steps.find(({ name }) => name === "refresh.retrieves_session")?.facts.refresh_token
  const current = recorded
    .filter((request) => request !== own)
    .flatMap(({ steps }) => steps.filter(({ at, failure }) => at <= step.at && failure === null))
    .sort((a, b) => a.at - b.at)
    .map(({ name, facts }) => storedToken(name, facts))
    .findLast((token) => token !== undefined)
  return presented === undefined || current === undefined ? null : { presented, current }
}

function storedToken(name: RecordedStep["name"], facts: RecordedStep["facts"]): Fact | undefined {
  if (name === "refresh.stores_tokens") return facts.current
  if (name === "authorization.stores_tokens") return facts.refresh_token
  return undefined
}
