import { hash } from "node:crypto"
import pg from "pg"
import { postgresPool } from "./connections"
import { isReadOnly, isStatementLost } from "./errors"
import type { Row, StatementDriver, Value, Write } from "./statement"
import { endTurn } from "./turn"

export function connectPostgres(): StatementDriver {
  const pool = postgresPool()
  const names = new Map<string, { name: string; text: string; types: typeof types; rowMode: "array" }>()

  /** A SELECT among writes locks its rows against deletion, but not against each other. */
  const locking = ([sql, values]: Write): Write => [sql.startsWith("SELECT") ? `${sql} FOR KEY SHARE` : sql, values]

  function prepared([sql, values]: Write) {
    const known = names.get(sql) ?? { name: nameOf(sql), text: numberPlaceholders(sql), types, rowMode: "array" }
    names.set(sql, known)
    return { ...known, values: values.map(toPostgres) }
  }

  async function writeTogether(writes: Write[], guards: number): Promise<number[]> {
    const connection = await pool.connect()
    // A lost connection fails the running query. Without a listener it would also end the process.
    connection.on("error", ignore)
    let broken = false
    try {
      await connection.query("BEGIN")
      const changes: number[] = []
      for (const write of writes) {
        changes.push((await connection.query(prepared(locking(write)))).rowCount ?? 0)
        if (changes.length <= guards && changes.at(-1) === 0) break
      }
      await connection.query("COMMIT")
      return changes
    } catch (error) {
      broken = isStatementLost(error) || isReadOnly(error)
      await connection.query("ROLLBACK").catch(() => {
        broken = true
      })
      throw error
    } finally {
      connection.off("error", ignore)
      connection.release(broken)
    }
  }

  const list = async (sql: string, values: Value[]) => (await pool.query<Row>(prepared([sql, values]))).rows
  return {
    list,
    async find(sql, values) {
      return (await list(sql, values))[0] ?? null
    },
    async write(writes, guards = 0) {
      const [only, ...others] = writes
      try {
        return only && others.length === 0
          ? [(await pool.query(prepared(only))).rowCount ?? 0]
          : await writeTogether(writes, guards)
      } finally {
        endTurn()
      }
    },
  }
}

const ignore = () => undefined

/** Equal statements have equal names in every process, because behind a pooler they may share a connection. */
function nameOf(sql: string): string {
  return hash("sha256", sql, "hex").slice(0, 32)
}

function numberPlaceholders(sql: string): string {
  let count = 0
  return sql.replace(/\?/g, () => `$${++count}`)
}

/** Prisma's `timestamp` columns contain UTC without a time zone. */
function toPostgres(value: Value): string | number | boolean | null {
  return value instanceof Date ? value.toISOString() : value
}

/** Parses dates and numbers to the same types as on SQLite. */
const parsers = new Map<number, (text: string) => unknown>([
  [pg.types.builtins.TIMESTAMP, (text) => new Date(`${text.replace(" ", "T")}Z`)],
  [pg.types.builtins.INT8, Number],
])
const types: pg.CustomTypesConfig = {
  getTypeParser: ((oid: number, format?: "text") =>
    parsers.get(oid) ?? pg.types.getTypeParser(oid, format)) as pg.CustomTypesConfig["getTypeParser"],
}
