import path from "node:path"
import { parseArgs } from "node:util"
import { peers } from "./targets/peers"
import { type OperationName, operationNames } from "./targets/target"

/** One way to run OAuth Flow: the end of its label, extra settings, and the folder of its build. */
type Variant = { name: string; how: { env: Record<string, string>; version?: string } }

export type Options = {
  postgres: boolean
  rounds: number
  /** Duration of one measurement. */
  seconds: number
  /** Names of servers: "oauth-flow" and the peers. */
  only: string[]
  operations: OperationName[]
  concurrency: number[]
  /** The JSON file for all numbers. */
  json: string | null
  /** The peers are compared with the first. */
  variants: Variant[]
  /** The cold start is the median of this many starts. With 0 it is the first start, which also creates tables and keys. */
  starts: number
  /** The number of valid tokens that introspection and refresh cycle through. */
  tokens: number
  warmUpSeconds: number
  /** How long to create tokens for an operation that uses them up. */
  prepareSeconds: number
}

export const usage = `npm run bench -- [options]

  --postgres                  OAuth Flow on Postgres instead of SQLite
  --rounds N                  number of measurements; the table shows their median, default 5
  --seconds S                 duration of each measurement, default 1
  --short                     one short round, to check that everything works
  --only NAME,…               oauth-flow,${Object.keys(peers).join(",")}
  --operations NAME,…         ${operationNames.join(",")}
  --concurrency N,…           parallel requests, default 1,16,64
  --json FILE                 write all numbers to this file
  --oauth-flow-env KEY=VALUE  a setting of OAuth Flow; repeatable
  --variant NAME:KEY=VALUE,…  also measure OAuth Flow with these settings; repeatable
  --version NAME:FOLDER       also measure the OAuth Flow built in this folder; repeatable
`

/** The arguments are wrong; the message names the mistake. */
export class ArgumentError extends Error {}

/** Prints why the command failed, with its usage when the arguments are wrong, and sets the exit code to 1. */
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
      "oauth-flow-env": { type: "string", multiple: true, default: [] },
      variant: { type: "string", multiple: true, default: [] },
      version: { type: "string", multiple: true, default: [] },
    },
  })
  const { short } = values
  const env = parseEnv(values["oauth-flow-env"])
  const rounds = positive("--rounds", values.rounds ?? (short ? "1" : "5"))
  return {
    postgres: values.postgres,
    rounds,
    seconds: positive("--seconds", values.seconds ?? (short ? "0.03" : "1")),
    only: among("--only", values.only, ["oauth-flow", ...Object.keys(peers)]),
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
  if (unknown !== undefined) throw new ArgumentError(`${name}: ${unknown} is unknown; use ${known.join(", ")}`)
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
