import { expect, test } from "vitest"
import { describeOnEachDatabase } from "@/lib/testing/database"
import { storeClient } from "@/lib/testing/rows"
import { findClient } from "./clients"
import { modelColumns } from "./columns"
import { database } from "./database"

describeOnEachDatabase("the columns of the prepared statements", (provider) => {
  test("are all that the tables have", async () => {
    const db = await database()
    for (const [model, columns] of Object.entries(modelColumns)) {
      const rows: { name: string }[] =
        provider === "sqlite"
          ? await db.$queryRawUnsafe(`SELECT "name" FROM pragma_table_info('${model}')`)
          : await db.$queryRawUnsafe(
              `SELECT "column_name"::text AS "name" FROM information_schema.columns WHERE "table_name" = '${model}'`,
            )
      expect([...columns].sort(), model).toEqual(rows.map(({ name }) => name).sort())
    }
  })

  test("come out as Prisma reads them: dates, booleans and nulls", async () => {
    const { clientId } = await storeClient()
    const db = await database()
    const row = await db.client.findUnique({ where: { clientId } })
    const found = await findClient(clientId)
    expect(found?.createdAt).toEqual(row?.createdAt)
    expect([found?.firstParty, found?.requirePkce]).toEqual([row?.firstParty, row?.requirePkce])
    expect(found?.clientSecretHash).toEqual(row?.clientSecretHash)
  })
})
