import { readdirSync, readFileSync } from "node:fs"
import path from "node:path"
import { expect, test } from "vitest"
import { root } from "@/lib/testing/packages"
import { findContractions } from "./contractions"

/** The last migration of the first version that can be upgraded without an outage. */
const lastBefore = 25

const folder = path.join(root, "prisma/migrations/postgres")
const later = readdirSync(folder).filter((file) => Number.parseInt(file, 10) > lastBefore)

test("migrations only expand the schema, unless their name says which versions work with it", () => {
  const found = later
    .filter((file) => !/^\d+_contract_\d+_\d+_\d+_/.test(file))
    .flatMap((file) =>
      findContractions(readFileSync(path.join(folder, file), "utf8")).map((line) => `${file}: ${line}`),
    )
  expect(found).toEqual([])
})

test.each([
  `CREATE TABLE "New" ("id" TEXT NOT NULL, CONSTRAINT "New_pkey" PRIMARY KEY ("id"));
   CREATE UNIQUE INDEX "New_id" ON "New"("id");
   ALTER TABLE "New" ADD CONSTRAINT "New_fkey" FOREIGN KEY ("id") REFERENCES "User"("id") ON DELETE CASCADE`,
  `ALTER TABLE "User" ADD COLUMN "nick" TEXT`,
  `ALTER TABLE "User" ADD COLUMN "nick" TEXT NOT NULL DEFAULT ''`,
  `CREATE INDEX "User_nick" ON "User"("nick"); DROP INDEX "User_old"`,
])("expands: %s", (sql) => {
  expect(findContractions(sql)).toEqual([])
})

test.each([
  `DROP TABLE "User"`,
  `ALTER TABLE "User" DROP COLUMN "name"`,
  `ALTER TABLE "User" RENAME COLUMN "name" TO "nick"`,
  `ALTER TABLE "User" ADD COLUMN "nick" TEXT NOT NULL`,
  `ALTER TABLE "User" ALTER COLUMN "name" SET NOT NULL`,
  `ALTER TABLE "User" ALTER COLUMN "name" SET DATA TYPE INTEGER`,
  `CREATE UNIQUE INDEX "User_name" ON "User"("name")`,
  `ALTER TABLE "User" ADD CONSTRAINT "User_fkey" FOREIGN KEY ("name") REFERENCES "Name"("id")`,
  `CREATE TABLE "New" ("id" TEXT);\n-- AlterTable\nALTER TABLE "User"\n  DROP COLUMN "name"`,
])("contracts: %s", (sql) => {
  expect(findContractions(sql)).toHaveLength(1)
})
