/** The outcomes of an authorization. A later one in this list replaces an earlier one, never the other way round. */
export const flowOutcomes = ["in progress", "failed", "denied", "succeeded", "revoked"] as const

export type FlowOutcome = (typeof flowOutcomes)[number]
