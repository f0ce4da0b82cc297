import { parseArgs } from "node:util"
import { ArgumentError, positive } from "../options"

const modeNames = ["sign-ins", "growth", "sweep", "processes", "pages"] as const
export type ModeName = (typeof modeNames)[number]

export type MoreOptions = {
  modes: ModeName[]
  postgres: boolean
  rounds: number
  /** How long one measurement lasts; null leaves it to the mode. */
  seconds: number | null
  /** A look at whether everything works. */
  short: boolean
  /** Where all numbers go, as JSON. */
  json: string | null
}

/** What can be measured on Postgres: the rest fills an SQLite file, or has little to do with the database. */
const onPostgres: readonly ModeName[] = ["sign-ins", "processes"]

export const usage = `npm run bench:more -- [--sign-ins] [--growth] [--sweep] [--processes] [--pages] [options]

  --postgres     our server on Postgres: ${onPostgres.join(" and ")} alone
  --rounds N     measurements of which the table shows the median, 5
  --seconds S    how long each takes
  --short        one short round: a look at whether everything works
  --json FILE    write all numbers there
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
      pages: flag,
      postgres: flag,
      short: flag,
      rounds: { type: "string" },
      seconds: { type: "string" },
      json: { type: "string" },
    },
  })
  const { short, postgres } = values
  const asked = modeNames.filter((name) => values[name])
  const wrong = postgres && asked.find((name) => !onPostgres.includes(name))
  if (wrong) throw new ArgumentError(`--${wrong} is not measured on Postgres`)
  const all = postgres ? [...onPostgres] : [...modeNames]
  const seconds = values.seconds ?? (short ? "0.3" : null)
  return {
    modes: asked.length > 0 ? asked : all,
    postgres,
    rounds: positive("--rounds", values.rounds ?? (short ? "1" : "5")),
    seconds: seconds === null ? null : positive("--seconds", seconds),
    short,
    json: values.json ?? null,
  }
}
