import { parseArgs } from "node:util"

/** How much the fault tests do. `npm test` runs the short form, `npm run test:faults` the long one. */
export type FaultOptions = {
  /** How often a server is killed, for each database and number of processes. */
  rounds: number
  seed: number
  long: boolean
}

const variable = "OAUTH_FLOW_FAULTS"
const short: FaultOptions = { rounds: 2, seed: 1, long: false }

export function faultOptions(): FaultOptions {
  const given = process.env[variable]
  return given ? JSON.parse(given) : short
}

/** Parses the command line of `npm run test:faults`. @returns the environment for the tests */
export function parseFaultOptions(args: string[]): { options: FaultOptions; env: Record<string, string> } {
  const { values } = parseArgs({ args, options: { rounds: { type: "string" }, seed: { type: "string" } } })
  const [rounds, seed] = [Number(values.rounds ?? 100), Number(values.seed ?? 1)]
  if (!Number.isInteger(rounds) || rounds < 1 || !Number.isInteger(seed)) {
    throw new Error("--rounds must be a positive integer, and --seed an integer.")
  }
  const options = { rounds, seed, long: true }
  return { options, env: { [variable]: JSON.stringify(options) } }
}

export type Random = {
  /** An integer from 0 to `below` - 1. */
  integer(below: number): number
  pick<Choice>(choices: readonly [Choice, ...Choice[]]): Choice
}

/** The same numbers for the same seed (mulberry32). */
export function seededRandom(seed: number): Random {
  let state = seed >>> 0
  const integer = (below: number) => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * below)
  }
  return { integer, pick: (choices) => choices[integer(choices.length)] ?? choices[0] }
}
