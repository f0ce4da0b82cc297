import { execFileSync } from "node:child_process"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { openTestDatabase, type TestDatabase, testProviders } from "@/lib/testing/database"
import { root } from "@/lib/testing/packages"
import { query } from "@/lib/testing/query"

// What a distributed engine that speaks Postgres's protocol lacks, or is slow at.

describe.runIf(testProviders.includes("postgres"))("on Postgres, the schema", () => {
  let opened: TestDatabase
  beforeAll(async () => {
    opened = await openTestDatabase("postgres")
  })
  afterAll(() => opened.drop())

  test.each([
    ["sequences, whose next value all nodes must agree on", `SELECT sequencename FROM pg_sequences`],
    ["triggers", `SELECT tgname FROM pg_trigger WHERE NOT tgisinternal`],
    ["functions of its own", `SELECT proname FROM pg_proc WHERE pronamespace = current_schema()::regnamespace`],
    ["extensions", `SELECT extname FROM pg_extension WHERE extname <> 'plpgsql'`],
    [
      "tables without a primary key",
      `SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = current_schema()::regnamespace
        AND NOT EXISTS (SELECT FROM pg_index WHERE indrelid = pg_class.oid AND indisprimary)`,
    ],
    [
      // The flow inspector's events are written in groups, and only as many as it is set to keep.
      "primary keys that grow, whose rows would all be written to the last range, but for the flow inspector",
      `SELECT relname FROM pg_index JOIN pg_class ON pg_class.oid = indrelid JOIN pg_attribute ON attrelid = indrelid
        WHERE indisprimary AND attnum = indkey[0] AND atttypid <> 'text'::regtype AND relname <> 'FlowEvent'
        AND relnamespace = current_schema()::regnamespace`,
    ],
  ])("has no %s", async (_what, sql) => {
    expect(await query(opened.url, sql)).toEqual([])
  })
})

test("only migrations take an advisory lock, and nothing listens or notifies", () => {
  const find = (pattern: string) =>
    execFileSync("git", ["grep", "-lE", pattern, "--", "lib", "app", ":!*.test.ts"], { cwd: root, encoding: "utf8" })
  expect(find("pg_advisory|\\bLISTEN \\w|\\bNOTIFY \\w").trim().split("\n")).toEqual(["lib/data/migrate.ts"])
})
