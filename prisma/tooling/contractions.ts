/** What the previous version may still use, or may not provide. Postgres's SQL, as Prisma writes it. */
const contractions: [sql: RegExp, why: string][] = [
  [/\bDROP (TABLE|COLUMN|SCHEMA|TYPE)\b/i, "removes what the previous version reads"],
  [/\bRENAME\b/i, "renames what the previous version reads"],
  [
    /\bALTER COLUMN\b.*\b(TYPE|SET DATA TYPE|SET NOT NULL|DROP DEFAULT)\b/i,
    "changes a column that the previous version writes",
  ],
  [
    /\bADD COLUMN\b(?!.*\bDEFAULT\b).*\bNOT NULL\b/i,
    "the previous version does not write the column, and it has no default",
  ],
  [/\bADD CONSTRAINT\b(?!.*\bPRIMARY KEY\b)/i, "the previous version may write rows that break the constraint"],
  [/\bCREATE UNIQUE INDEX\b/i, "the previous version may write equal values"],
]

const createdTables = (sql: string) => new Set([...sql.matchAll(/\bCREATE TABLE "(\w+)"/gi)].map(([, name]) => name))

/**
 * Finds what keeps the previous version from working on the schema after a migration.
 * @param sql a migration for Postgres
 * @returns each line with the reason, empty when the migration only expands the schema
 */
export function findContractions(sql: string): string[] {
  const created = createdTables(sql)
  return sql.split(";").flatMap((statement) => {
    const line = statement.replace(/--.*$/gm, "").replace(/\s+/g, " ").trim()
    const [, table] = /\b(?:ALTER TABLE|ON) "(\w+)"/i.exec(line) ?? []
    if (table && created.has(table)) return []
    return contractions.filter(([pattern]) => pattern.test(line)).map(([, why]) => `${line}: ${why}`)
  })
}
