import { randomBytes } from "node:crypto"
import { readdirSync, readFileSync, statSync } from "node:fs"
import path from "node:path"
import { root } from "@/lib/testing/packages"
import { createEmptyDatabase } from "../fixtures/empty-database"
import { testEnvironment } from "../fixtures/environment"
import { newLogFile } from "../fixtures/instances"
import { query } from "../fixtures/rows"
import { remember } from "../fixtures/secrets"
import { startServer, type TestServer } from "../fixtures/server"
import { expect, test } from "../fixtures/world"

test("servers that start in parallel on an empty database create one schema, one key of each algorithm and one secret - RFC 7517 5", async () => {
  const { provider } = testEnvironment()
  const { databaseUrl, directory, remove } = await createEmptyDatabase()
  // On SQLite the secret is made at first start; Postgres must be told one.
  const secret = provider === "sqlite" ? "" : remember(randomBytes(32).toString("base64url"))
  const starts = Array.from({ length: 3 }, () => startServer({ databaseUrl, secret, logFile: newLogFile() }))
  const servers: TestServer[] = []
  try {
    for (const result of await Promise.allSettled(starts)) {
      if (result.status === "rejected") throw result.reason
      servers.push(result.value)
    }
    const migrations = readdirSync(path.join(root, "prisma/migrations", provider)).filter((file) =>
      file.endsWith(".sql"),
    )
    const applied = await query(`SELECT "name" FROM "_migration" ORDER BY "name"`, [], databaseUrl)
    expect(applied.map(({ name }) => `${name}.sql`)).toEqual(migrations.sort())

    const keys = await query(`SELECT "alg", "generation" FROM "SigningKey" ORDER BY "alg"`, [], databaseUrl)
    expect(keys).toEqual([
      { alg: "ES256", generation: 1 },
      { alg: "RS256", generation: 1 },
    ])
    const published = await Promise.all(servers.map(async ({ baseUrl }) => (await fetch(`${baseUrl}/jwks`)).json()))
    expect(published[0].keys).toHaveLength(2)
    for (const document of published) expect(document).toEqual(published[0])

    if (provider === "sqlite") {
      const secretFiles = readdirSync(directory).filter((file) => file.includes("secret"))
      expect(secretFiles).toEqual(["empty.db.secret"])
      const file = path.join(directory, "empty.db.secret")
      remember(readFileSync(file, "utf8").trim())
      if (process.platform !== "win32") expect(statSync(file).mode & 0o777).toBe(0o600)
    }
    for (const { logFile } of servers) expect(readFileSync(logFile, "utf8")).not.toMatch(/error|"level":50/i)
  } finally {
    await Promise.all(servers.map((server) => server.stop()))
    await remove()
  }
})
