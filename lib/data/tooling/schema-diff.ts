import { readFile } from "node:fs/promises"
import { createRequire } from "node:module"
import path from "node:path"
import { PrismaBetterSqlite3 } from "@prisma/adapter-better-sqlite3"
import { bindMigrationAwareSqlAdapterFactory } from "@prisma/driver-adapter-utils"

export const providers = ["sqlite", "postgresql"] as const
export type Provider = (typeof providers)[number]

type Engine = {
  diff(params: object): Promise<{ stdout: string | null }>
  free(): void
}

/**
 * The SQL that takes a database of `provider` from the models `from` (null: an empty database) to the models `to`.
 * It is written from the schemas alone, by Prisma's own schema engine as WebAssembly: no database, no download.
 * @returns SQL statements; empty when nothing differs
 */
export async function diffSchemas(provider: Provider, from: string | null, to: string): Promise<string> {
  const datamodel = (schema: string) => [
    {
      path: "schema.prisma",
      content: schema.replace(/provider\s*=\s*"(sqlite|postgresql)"/, `provider = "${provider}"`),
    },
  ]
  const engine = await startEngine(provider, datamodel(to)[0]?.content ?? "")
  try {
    const result = await engine.diff({
      from: from === null ? { tag: "empty" } : { tag: "schemaDatamodel", files: datamodel(from) },
      to: { tag: "schemaDatamodel", files: datamodel(to) },
      script: true,
      exitCode: null,
      shadowDatabaseUrl: null,
      filters: { externalTables: [], externalEnums: [] },
    })
    // The schema is where the operator's role may make tables; to make it would ask for more than that.
    const sql = (result.stdout ?? "").replace(/-- CreateSchema\nCREATE SCHEMA IF NOT EXISTS "public";\n+/, "")
    return sql.includes("This is an empty migration") ? "" : sql
  } finally {
    engine.free()
  }
}

type Bindings = {
  SchemaEngine: { "new"(options: object, log: () => void, adapter: object): Promise<Engine> }
}

let loaded: Promise<Bindings> | undefined

async function loadEngine(): Promise<Bindings> {
  // The package's entry point imports its .wasm file as a module, which Node 20 cannot do.
  const entry = createRequire(import.meta.url).resolve("@prisma/schema-engine-wasm")
  const bindings = await import(path.join(path.dirname(entry), "schema_engine_bg.js"))
  const wasm = await readFile(path.join(path.dirname(entry), "schema_engine_bg.wasm"))
  const { instance } = await WebAssembly.instantiate(wasm, { "./schema_engine_bg.js": bindings })
  bindings.__wbg_set_wasm(instance.exports)
  ;(instance.exports.__wbindgen_start as () => void)()
  return bindings
}

async function startEngine(provider: Provider, schema: string): Promise<Engine> {
  loaded ??= loadEngine()
  const { SchemaEngine } = await loaded
  const adapter = provider === "sqlite" ? new PrismaBetterSqlite3({ url: ":memory:" }) : unconnectedPostgres
  return SchemaEngine.new(
    { datamodels: [["schema.prisma", schema]] },
    () => undefined,
    bindMigrationAwareSqlAdapterFactory(adapter),
  )
}

/** The engine opens a connection even to compare two texts. This one answers its greeting and holds no database. */
const unconnectedPostgres = (() => {
  const connection = {
    provider: "postgres" as const,
    adapterName: "unconnected",
    getConnectionInfo: () => ({ schemaName: "public", supportsRelationJoins: true }),
    queryRaw: async () => ({ columnNames: [], columnTypes: [], rows: [] }),
    executeRaw: async () => 0,
    executeScript: async () => undefined,
    startTransaction: () => Promise.reject(new Error("a schema comparison has no transactions")),
    dispose: async () => undefined,
  }
  return {
    provider: "postgres" as const,
    adapterName: "unconnected",
    connect: async () => connection,
    connectToShadowDb: async () => connection,
  }
})()
