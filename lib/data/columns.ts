// The part of Prisma's generated client without its runtime: only model and column names.
import { Prisma } from "./generated/sqlite/browser"
import type { Row, Value, Write } from "./statement"

/** Lists are stored as space-separated text. */
export const toList = (text: string) => (text === "" ? [] : text.split(" ").filter(Boolean))
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
    read: rowReader(models),
  }
}

/**
 * A function made of the names in the schema: `row => ({"Client": {"clientId": row[0], …}})`. Every request reads rows of up to
 * 50 columns, and to assign them in a loop takes 20 times as long.
 */
function rowReader<Name extends Prisma.ModelName>(
  models: { name: Name; columns: string[] }[],
): (row: Row) => Pick<Models, Name> {
  let next = 0
  const literals = models.map(
    ({ name, columns }) => `"${name}": {${columns.map((column) => `"${column}": row[${next++}]`)}}`,
  )
  return new Function("row", `return {${literals}}`) as (row: Row) => Pick<Models, Name>
}

type Facts = { [column: string]: Value | undefined }

const given = (facts: Facts) =>
  Object.entries(facts).filter((entry): entry is [string, Value] => entry[1] !== undefined)

/** The write that inserts a row. Columns that are undefined get their default. */
export function insertWrite<Name extends Prisma.ModelName>(model: Name, row: Partial<Models[Name]>): Write {
  const columns = given(row as Facts)
  const names = columns.map(([name]) => `"${name}"`).join(", ")
  const sql = `INSERT INTO "${model}" (${names}) VALUES (${columns.map(() => "?").join(", ")})`
  return [sql, columns.map(([, value]) => value)]
}

/** The write that changes a row, if it still has the values that were read. */
export function updateWrite<Name extends Prisma.ModelName>(
  model: Name,
  asRead: Partial<Models[Name]>,
  changes: Partial<Models[Name]>,
): Write {
  const [set, where] = [given(changes as Facts), given(asRead as Facts)]
  const sql = `UPDATE "${model}" SET ${set.map(([name]) => `"${name}" = ?`).join(", ")}
    WHERE ${where.map(([name]) => `"${name}" IS NOT DISTINCT FROM ?`).join(" AND ")}`
  return [sql, [...set, ...where].map(([, value]) => value)]
}
