import path from "node:path"
import { parseArgs } from "node:util"
import { peers } from "./targets/peers"
import { type OperationName, operationNames } from "./targets/target"

/** One way to run our server: its label's end, settings beside those that the bench needs, and which version of it. */
type Variant = { name: string; how: { env: Record<string, string>; version?: string } }

export type Options = {
  postgres: boolean
  rounds: number
  /** How long one measurement lasts. */
  seconds: number
  /** Names of servers: "ours" and the peers'. */
  only: string[]
  operations: OperationName[]
  concurrency: number[]
  /** Where all numbers go, as JSON. */
  json: string | null
  /** The first is the one that the peers are compared with. */
  variants: Variant[]
  /** How many starts the cold start is the median of; 0 takes the very first, which also makes tables and keys. */
  starts: number
  /** How many live tokens introspection and refresh cycle. */
  tokens: number
  warmUpSeconds: number
  /** How long tokens may be made for an operation that uses them up. */
  prepareSeconds: number
}

export const usage = `npm run bench -- [options]

  --postgres               our server on Postgres instead of SQLite
  --rounds N               measurements of which the table shows the median, 5
  --seconds S              how long each takes, 1
  --short                  one short round: a look at whether everything works
  --only NAME,…            ours,${Object.keys(peers).join(",")}
  --operations NAME,…      ${operationNames.join(",")}
  --concurrency N,…        requests at once, 1,16,64
  --json FILE              write all numbers there
  --ours-env KEY=VALUE     a setting of our server; repeatable
  --variant NAME:KEY=VALUE,…   our server once more with these settings; repeatable
  --version NAME:FOLDER    our server once more, as it is built in this folder; repeatable
`

/** Says what is wrong with the arguments. */
export class ArgumentError extends Error {}

/** Prints why a command ends: with its usage when its arguments were wrong. The process will exit with 1. */
export function reportFailure(error: unknown, usageText: string): void {
  const wrongArguments =
    error instanceof ArgumentError || (error as { code?: string }).code?.startsWith("ERR_PARSE_ARGS")
  console.error(wrongArguments ? `${(error as Error).message}\n\n${usageText}` : error)
  process.exitCode = 1
}

/** @throws ArgumentError, and what `parseArgs` throws */
export function parseOptions(args: string[]): Options {
  const { values } = parseArgs({
    args,
    options: {
      postgres: { type: "boolean", default: false },
      rounds: { type: "string" },
      seconds: { type: "string" },
      short: { type: "boolean", default: false },
      only: { type: "string" },
      operations: { type: "string" },
      concurrency: { type: "string" },
      json: { type: "string" },
      "ours-env": { type: "string", multiple: true, default: [] },
      variant: { type: "string", multiple: true, default: [] },
      version: { type: "string", multiple: true, default: [] },
    },
  })
  const { short } = values
  const env = parseEnv(values["ours-env"])
  const rounds = positive("--rounds", values.rounds ?? (short ? "1" : "5"))
  return {
    postgres: values.postgres,
    rounds,
    seconds: positive("--seconds", values.seconds ?? (short ? "0.03" : "1")),
    only: among("--only", values.only, ["ours", ...Object.keys(peers)]),
    operations: among("--operations", values.operations, operationNames),
    concurrency: (values.concurrency ?? (short ? "1,16" : "1,16,64"))
      .split(",")
      .map((n) => positive("--concurrency", n)),
    json: values.json ?? null,
    variants: [
      { name: "", how: { env } },
      ...values.variant.map((text) => parseVariant(text, env)),
      ...values.version.map((text) => parseVersion(text, env)),
    ],
    starts: short ? 0 : Math.min(rounds, 3),
    tokens: short ? 16 : 256,
    warmUpSeconds: short ? 0.005 : 0.5,
    prepareSeconds: short ? 0.03 : 2,
  }
}

/** @throws ArgumentError */
export function positive(name: string, text: string): number {
  const value = Number(text)
  if (!(value > 0)) throw new ArgumentError(`${name} must be a number above 0, not ${text}`)
  return value
}

function among<T extends string>(name: string, text: string | undefined, known: readonly T[]): T[] {
  if (text === undefined) return [...known]
  const unknown = text.split(",").find((one) => !known.some((value) => value === one))
  if (unknown !== undefined) throw new ArgumentError(`${name}: ${unknown} is none of ${known.join(", ")}`)
  return known.filter((value) => text.split(",").includes(value))
}

function parseEnv(pairs: string[]): Record<string, string> {
  return Object.fromEntries(
    pairs.map((pair) => {
      const at = pair.indexOf("=")
      if (at < 1) throw new ArgumentError(`KEY=VALUE expected, not ${pair}`)
      return [pair.slice(0, at), pair.slice(at + 1)]
    }),
  )
}

function parseVariant(text: string, env: Record<string, string>): Variant {
  const [name, settings] = parseNamed(text, "--variant NAME:KEY=VALUE,…")
  return { name, how: { env: { ...env, ...parseEnv(settings.split(",")) } } }
}

function parseVersion(text: string, env: Record<string, string>): Variant {
  const [name, folder] = parseNamed(text, "--version NAME:FOLDER")
  return { name, how: { env, version: path.resolve(folder) } }
}

function parseNamed(text: string, form: string): [name: string, rest: string] {
  const at = text.indexOf(":")
  if (at < 1) throw new ArgumentError(`${form} expected, not ${text}`)
  return [text.slice(0, at), text.slice(at + 1)]
}
