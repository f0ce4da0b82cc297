import { parseArgs } from "node:util"
import { ArgumentError, positive } from "../options"

const modeNames = ["sign-ins", "growth", "sweep", "processes", "instances", "pages"] as const
export type ModeName = (typeof modeNames)[number]

export type MoreOptions = {
  modes: ModeName[]
  postgres: boolean
  rounds: number
  /** The size of the largest database of `growth`. */
  sessions: number
  /** Duration of one measurement; null uses the mode's own. */
  seconds: number | null
  /** Short rounds, to check that everything works. */
  short: boolean
  /** The JSON file for all numbers. */
  json: string | null
}

/** The modes for Postgres. The others fill an SQLite file or hardly use the database. */
const onPostgres: readonly ModeName[] = ["sign-ins", "growth", "processes", "instances"]

export const usage = `npm run bench:more -- [--sign-ins] [--growth] [--sweep] [--processes] [--instances] [--pages] [options]

  --postgres     OAuth Flow on Postgres, only for ${onPostgres.join(" and ")}
  --sessions N   size of the largest database of growth, default 10000000
  --rounds N     number of measurements; the table shows their median, default 5
  --seconds S    duration of each measurement
  --short        one short round, to check that everything works
  --json FILE    write all numbers to this file
`

/** @throws ArgumentError, and what `parseArgs` throws */
export function parseMoreOptions(args: string[]): MoreOptions {
  const flag = { type: "boolean", default: false } as const
  const { values } = parseArgs({
    args,
    options: {
      "sign-ins": flag,
      growth: flag,
      sweep: flag,
      processes: flag,
      instances: flag,
      pages: flag,
      postgres: flag,
      short: flag,
      sessions: { type: "string" },
      rounds: { type: "string" },
      seconds: { type: "string" },
      json: { type: "string" },
    },
  })
  const { short, postgres } = values
  const selected = modeNames.filter((name) => values[name])
  const wrong = postgres && selected.find((name) => !onPostgres.includes(name))
  if (wrong) throw new ArgumentError(`--${wrong} is not measured on Postgres`)
  if (!postgres && selected.includes("instances")) throw new ArgumentError("--instances needs --postgres")
  const all = postgres ? [...onPostgres] : modeNames.filter((name) => name !== "instances")
  const seconds = values.seconds ?? (short ? "0.3" : null)
  return {
    modes: selected.length > 0 ? selected : all,
    postgres,
    sessions: positive("--sessions", values.sessions ?? (short ? "20000" : "10000000")),
    rounds: positive("--rounds", values.rounds ?? (short ? "1" : "5")),
    seconds: seconds === null ? null : positive("--seconds", seconds),
    short,
    json: values.json ?? null,
  }
}
