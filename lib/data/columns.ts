// The part of Prisma's generated client without its runtime: only model and column names.
import { Prisma } from "./generated/sqlite/browser"
import type { Row } from "./statement"

/** Lists are stored as space-separated text. */
export const toList = (text: string) => text.split(" ").filter(Boolean)
export const joinList = (list: string[]) => list.join(" ")

type Models = { [Name in Prisma.ModelName]: Prisma.TypeMap["model"][Name]["payload"]["scalars"] }

/** The names of a model's columns in prisma/schema.prisma. */
export function columnNames(model: Prisma.ModelName): string[] {
  return Object.keys(Prisma[`${model}ScalarFieldEnum`])
}

/**
 * The columns of one model, or of several models that a statement joins.
 * @returns `select`, the column list for the statement, and `read`, which converts a result row to the models' rows
 */
export function columnsOf<Name extends Prisma.ModelName>(
  ...names: Name[]
): { select: string; read(row: Row): Pick<Models, Name> } {
  const models = names.map((name) => ({ name, columns: columnNames(name) }))
  return {
    select: models.flatMap(({ name, columns }) => columns.map((column) => `"${name}"."${column}"`)).join(", "),
    read(row) {
      const rows: Partial<Record<Name, Record<string, unknown>>> = {}
      let next = 0
      for (const { name, columns } of models) {
        const found: Record<string, unknown> = {}
        for (const column of columns) found[column] = row[next++]
        rows[name] = found
      }
      return rows as Pick<Models, Name>
    },
  }
}
