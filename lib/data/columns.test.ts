import { expect, test } from "vitest"
import { describeOnEachDatabase } from "@/lib/testing/database"
import { storeClient, storeStartedSession } from "@/lib/testing/rows"
import { findClient } from "./clients"
import { columnNames, columnsOf } from "./columns"
import { database } from "./database"
import { findRow } from "./statement"

describeOnEachDatabase("the columns of the prepared statements", (provider) => {
  test("are all columns of the tables", async () => {
    const db = await database()
    for (const model of ["AuthCode", "BrowserSession", "Client", "Consent", "Session", "SigningKey", "User"] as const) {
      const rows: { name: string }[] =
        provider === "sqlite"
          ? await db.$queryRawUnsafe(`SELECT "name" FROM pragma_table_info('${model}')`)
          : await db.$queryRawUnsafe(
              `SELECT "column_name"::text AS "name" FROM information_schema.columns WHERE "table_name" = '${model}'`,
            )
      expect(columnNames(model).sort(), model).toEqual(rows.map(({ name }) => name).sort())
    }
  })

  test("are read as Prisma reads them: dates, booleans, numbers and nulls", async () => {
    const { clientId } = await storeClient()
    const db = await database()
    const { scope, ...row } = (await db.client.findUnique({ where: { clientId } })) ?? { scope: "" }
    expect({ ...(await findClient(clientId)), scope }).toMatchObject(
      Object.fromEntries(Object.entries(row).filter(([, value]) => typeof value !== "string")),
    )
  })

  test("of a join are read as one row per model", async () => {
    const { id } = await storeStartedSession()
    const columns = columnsOf("Session", "User")
    const from = `FROM "Session" JOIN "User" ON "User"."id" = "Session"."userId"`
    const row = await findRow(`SELECT ${columns.select} ${from} WHERE "Session"."id" = ?`, [id])
    const db = await database()
    const session = await db.session.findUniqueOrThrow({ where: { id }, include: { user: true } })
    const { user, ...own } = session
    expect(row && columns.read(row)).toEqual({ Session: own, User: user })
  })
})
