import { readFile } from "node:fs/promises"
import { createRequire } from "node:module"
import path from "node:path"
import { PrismaBetterSqlite3 } from "@prisma/adapter-better-sqlite3"
import { PrismaPg } from "@prisma/adapter-pg"
import { bindMigrationAwareSqlAdapterFactory } from "@prisma/driver-adapter-utils"
import pg from "pg"

type Engine = {
  diff(params: object): Promise<{ stdout: string | null }>
  free(): void
}

/**
 * Compares a database with the models, with Prisma's schema engine as WebAssembly, which needs no download.
 * @param models the text of prisma/schema.prisma
 * @returns the SQL from the database to the models; empty when nothing differs
 */
export async function diffDatabase(databaseUrl: string, models: string): Promise<string> {
  const sqlite = databaseUrl.startsWith("file:")
  const content = sqlite ? models : models.replace(/provider\s*=\s*"sqlite"/, 'provider = "postgresql"')
  const { engine, close } = await openEngine(databaseUrl, content)
  const files = [{ path: "schema.prisma", content }]
  try {
    const { stdout } = await engine.diff({
      from: { tag: "schemaDatasource", files, configDir: "." },
      to: { tag: "schemaDatamodel", files },
      script: true,
      exitCode: null,
      shadowDatabaseUrl: null,
      filters: { externalTables: [sqlite ? "_migration" : "public._migration"], externalEnums: [] },
    })
    return !stdout || stdout.includes("This is an empty migration") ? "" : stdout
  } finally {
    await close()
  }
}

/** Opens Prisma's schema engine on a database. @param content the models with the database's provider */
export async function openEngine(
  databaseUrl: string,
  content: string,
): Promise<{ engine: Engine; close(): Promise<void> }> {
  const pool = databaseUrl.startsWith("file:") ? null : new CatalogPool({ connectionString: databaseUrl })
  const adapter = pool ? new PrismaPg(pool) : new PrismaBetterSqlite3({ url: databaseUrl })
  const { SchemaEngine } = await loadEngine()
  const engine = await SchemaEngine.new(
    { datamodels: [["schema.prisma", content]] },
    () => undefined,
    bindMigrationAwareSqlAdapterFactory(adapter),
  )
  return {
    engine,
    async close() {
      engine.free()
      await pool?.end()
    },
  }
}

const { CHAR, BPCHAR } = pg.types.builtins

/** Postgres's catalog has columns of type "char", which Prisma's adapter rejects. */
class CatalogPool extends pg.Pool {
  // biome-ignore lint/suspicious/noExplicitAny: the adapter uses one of the many overloads
  override async query(query: any): Promise<any> {
    const result = await super.query(query)
    for (const field of result.fields) if (field.dataTypeID === CHAR) field.dataTypeID = BPCHAR
    return result
  }
}

type Bindings = {
  SchemaEngine: { "new"(options: object, log: () => void, adapter: object): Promise<Engine> }
}

let loaded: Promise<Bindings> | undefined

function loadEngine(): Promise<Bindings> {
  loaded ??= load()
  return loaded
}

async function load(): Promise<Bindings> {
  // The package's entry point imports its .wasm file as a module, which Node 20 cannot do.
  const entry = createRequire(import.meta.url).resolve("@prisma/schema-engine-wasm")
  const bindings = await import(path.join(path.dirname(entry), "schema_engine_bg.js"))
  const wasm = await readFile(path.join(path.dirname(entry), "schema_engine_bg.wasm"))
  const { instance } = await WebAssembly.instantiate(wasm, { "./schema_engine_bg.js": bindings })
  bindings.__wbg_set_wasm(instance.exports)
  ;(instance.exports.__wbindgen_start as () => void)()
  return bindings
}
