import path from "node:path"
import { startPostgres, type TestPostgres } from "@/lib/testing/postgres"
import { type OAuthFlowOptions, startOAuthFlow } from "../targets/oauth-flow"
import type { Target } from "../targets/target"
import type { MoreOptions } from "./options"

/** The results of a mode: title, caption, tables in Markdown, and all numbers. */
export type Section = { title: string; caption: string; tables: string[]; data: unknown }

type Stoppable = { stop(): Promise<void> }
type StartOptions = Partial<Pick<OAuthFlowOptions, "databaseUrl" | "env" | "everywhere" | "instances">> & {
  name: string
  label: string
}

/** Starts and stops the servers of a mode. */
export class Bench {
  readonly #started: Stoppable[] = []
  #postgres: TestPostgres | null = null

  constructor(
    readonly options: MoreOptions,
    readonly directory: string,
  ) {}

  /** The SQLite file of the server with this name. */
  fileOf(name: string): string {
    return path.join(this.directory, `${name}.db`)
  }

  /** An empty database: a new SQLite file, or a new Postgres database. */
  async createDatabase(name: string): Promise<string> {
    if (!this.options.postgres) return `file:${this.fileOf(name)}`
    if (!this.#postgres) {
      this.#postgres = await startPostgres()
      this.#started.push(this.#postgres)
    }
    return this.#postgres.createDatabase("bench")
  }

  /** Starts OAuth Flow, by default on an empty database. */
  async start({ name, databaseUrl, ...options }: StartOptions): Promise<Target> {
    const { label } = options
    const { directory } = this
    const url = databaseUrl ?? (await this.createDatabase(name))
    const target = await startOAuthFlow({ env: {}, ...options, name, databaseUrl: url, directory, starts: 0 })
    this.#started.push(target)
    console.error(`… ${label}: started`)
    return target
  }

  /** Registers something else to stop together with the servers. */
  stopLater(other: Stoppable): void {
    this.#started.push(other)
  }

  /** Stops everything in reverse order: the servers before their Postgres. */
  async stop(): Promise<void> {
    for (let server = this.#started.pop(); server; server = this.#started.pop()) await server.stop()
    this.#postgres = null
  }
}

/** The database's name in the tables. */
export const databaseName = ({ postgres }: MoreOptions) => (postgres ? "Postgres" : "SQLite")
