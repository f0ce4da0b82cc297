import path from "node:path"
import { startPostgres, type TestPostgres } from "@/lib/testing/postgres"
import { type OursOptions, startOurs } from "../targets/ours"
import type { Target } from "../targets/target"
import type { MoreOptions } from "./options"

/** What a mode found: a title, a caption, tables in Markdown, and all numbers. */
export type Section = { title: string; caption: string; tables: string[]; data: unknown }

type Stoppable = { stop(): Promise<void> }
type StartOptions = Partial<Pick<OursOptions, "env" | "everywhere">> & { name: string; label: string }

/** Starts servers for a mode, and stops them. */
export class Bench {
  readonly #started: Stoppable[] = []
  #postgres: TestPostgres | null = null

  constructor(
    readonly options: MoreOptions,
    readonly directory: string,
  ) {}

  /** The SQLite file of the server of this name. It may be filled before the server starts. */
  fileOf(name: string): string {
    return path.join(this.directory, `${name}.db`)
  }

  /** Starts our server, on an SQLite file or a new Postgres database of its own. */
  async start({ name, label, env = {}, everywhere = false }: StartOptions): Promise<Target> {
    const databaseUrl = this.options.postgres ? await this.#createDatabase() : `file:${this.fileOf(name)}`
    const { directory } = this
    const target = await startOurs({ name, label, databaseUrl, env, directory, everywhere, starts: 0 })
    this.#started.push(target)
    console.error(`… ${label}: started`)
    return target
  }

  /** Has something else stopped with the servers, before those that were started earlier. */
  stopLater(other: Stoppable): void {
    this.#started.push(other)
  }

  /** Stops everything that was started, the last first: the servers before their Postgres. */
  async stop(): Promise<void> {
    for (let server = this.#started.pop(); server; server = this.#started.pop()) await server.stop()
    this.#postgres = null
  }

  async #createDatabase(): Promise<string> {
    if (!this.#postgres) {
      this.#postgres = await startPostgres()
      this.#started.push(this.#postgres)
    }
    return this.#postgres.createDatabase("bench")
  }
}

/** What the tables call the database. */
export const databaseName = ({ postgres }: MoreOptions) => (postgres ? "Postgres" : "SQLite")
