import { hash } from "node:crypto"
import pg from "pg"
import type { Config } from "@/lib/config"
import { postgresPool } from "./postgres-pool"
import { type Row, type StatementDriver, UniqueViolation, type Value, type Write } from "./statement"

/** Postgres' code for a unique value that stands already. */
const uniqueViolation = "23505"

export function connectPostgres({ databaseUrl }: Config): StatementDriver {
  const pool = postgresPool(databaseUrl)
  const names = new Map<string, { name: string; text: string; types: typeof types }>()

  function prepared([sql, values]: Write) {
    const known = names.get(sql) ?? { name: nameOf(sql), text: numberPlaceholders(sql), types }
    names.set(sql, known)
    return { ...known, values: values.map(toPostgres) }
  }

  async function writeTogether(writes: Write[]): Promise<number[]> {
    const connection = await pool.connect()
    // The query that is on its way is told; without a listener the process would end too.
    connection.on("error", ignore)
    let broken = false
    try {
      await connection.query("BEGIN")
      const changes: number[] = []
      for (const write of writes) changes.push((await connection.query(prepared(write))).rowCount ?? 0)
      await connection.query("COMMIT")
      return changes
    } catch (error) {
      await connection.query("ROLLBACK").catch(() => {
        broken = true
      })
      throw error
    } finally {
      connection.off("error", ignore)
      connection.release(broken)
    }
  }

  return {
    async find(sql, values) {
      const { rows } = await pool.query<Row>({ ...prepared([sql, values]), rowMode: "array" })
      return rows[0] ?? null
    },
    async list(sql, values) {
      return (await pool.query<Row>({ ...prepared([sql, values]), rowMode: "array" })).rows
    },
    async write(writes) {
      try {
        const [only, ...others] = writes
        if (only && others.length === 0) return [(await pool.query(prepared(only))).rowCount ?? 0]
        return await writeTogether(writes)
      } catch (error) {
        throw (error as { code?: string }).code === uniqueViolation ? new UniqueViolation() : error
      }
    },
  }
}

const ignore = () => undefined

/** The same text has the same name in every process: behind a pooler they may share a connection. */
function nameOf(sql: string): string {
  return hash("sha256", sql, "hex").slice(0, 32)
}

function numberPlaceholders(sql: string): string {
  let count = 0
  return sql.replace(/\?/g, () => `$${++count}`)
}

/** Prisma's `timestamp` columns hold UTC and do not say so. */
function toPostgres(value: Value): string | number | boolean | null {
  return value instanceof Date ? value.toISOString() : value
}

const timestamp = pg.types.builtins.TIMESTAMP
const readTimestamp = (text: string) => new Date(`${text.replace(" ", "T")}Z`)
const types: pg.CustomTypesConfig = {
  getTypeParser: ((oid: number, format?: "text") =>
    oid === timestamp ? readTimestamp : pg.types.getTypeParser(oid, format)) as pg.CustomTypesConfig["getTypeParser"],
}
