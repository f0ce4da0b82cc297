import { existsSync, readdirSync, readFileSync } from "node:fs"
import path from "node:path"
import { expect, test } from "@playwright/test"
import { type TestEnvironment, testEnvironments } from "../fixtures/environment"
import { dumpTables, query } from "../fixtures/rows"
import { rememberedSecrets } from "../fixtures/secrets"
import { makeSearch } from "./search"

// The last of a run: of all codes, tokens, secrets, passwords and cookies that the tests have used, none was kept.

const projects = ["sqlite", "postgres", "next"] as const

/** What the servers of one database wrote to stdout and stderr, the further ones that tests have started among them. */
function readLogs({ logFiles }: TestEnvironment): string {
  const folders = new Set(logFiles.map((file) => path.dirname(file)))
  const files = [...folders]
    .flatMap((folder) => readdirSync(folder).map((file) => path.join(folder, file)))
    .filter((file) => file.endsWith(".log"))
  expect(files.length).toBeGreaterThanOrEqual(logFiles.length)
  return files.map((file) => readFileSync(file, "latin1")).join("\n")
}

/** Everything that the database holds: each value of each table, and on SQLite each byte of its files. */
async function readDatabase(environment: TestEnvironment): Promise<string> {
  const tables = Object.values(await dumpTables(environment)).join("\n")
  if (environment.provider === "postgres") return tables
  const file = environment.databaseUrl.slice("file:".length)
  const files = [file, `${file}-wal`, `${file}-shm`].filter((name) => existsSync(name))
  return [tables, ...files.map((name) => readFileSync(name, "latin1"))].join("\n")
}

test("the search finds a secret in each form that it might be written down in - RFC 6819 4.4.1.1", () => {
  const secret = 'Ab1-_~pass word&+"é/9ZyXwVuTsRqPoNmLkJiHgFe'
  const search = makeSearch([secret, "another secret"])
  const basic = ["", "a", "ab", "abc"].flatMap((id) =>
    (["base64", "base64url"] as const).map((form) => Buffer.from(`${id}:${secret}:x`).toString(form)),
  )
  const forms = [
    secret,
    encodeURIComponent(secret),
    `${new URLSearchParams({ secret })}`,
    JSON.stringify({ secret }),
    Buffer.from(secret).toString("hex"),
    ...basic,
  ]
  for (const form of forms) expect(search(`before ${form} after`), form).toEqual([secret])
  expect(search(`before ${secret.slice(1)} ${secret.slice(0, -1)} ${secret.toUpperCase()} after`)).toEqual([])
  const refreshToken = `${"s".repeat(22)}.${"T".repeat(20)}${"t".repeat(23)}`
  expect(makeSearch([refreshToken])(`${"T".repeat(20)}${"t".repeat(23)}`)).toEqual([refreshToken])
})

test("no secret that a test used is in the log of any server - RFC 6819 4.4.1.1", () => {
  for (const project of projects) {
    const environment = testEnvironments()[project]
    const log = readLogs(environment)
    const secrets = rememberedSecrets()
    expect(secrets.length, "many secrets were used").toBeGreaterThan(500)
    // The control: these are the servers' logs, and this search finds in them what is there.
    for (const present of ["state_token_of_another_browser", "refresh_token_replayed", "OAuth Flow is ready at"])
      expect(makeSearch([present])(log), project).toEqual([present])
    expect(makeSearch([...secrets, environment.secret])(log), project).toEqual([])
  }
})

test("no secret that a test used was sent to a collector of spans - RFC 6819 5.1.4.1.3", () => {
  for (const project of projects) {
    const environment = testEnvironments()[project]
    const spans = readFileSync(environment.spansFile, "latin1")
    for (const present of ["verifies_code_verifier", "refresh_token_replayed"])
      expect(makeSearch([present])(spans), project).toEqual([present])
    expect(makeSearch([...rememberedSecrets(), environment.secret])(spans), project).toEqual([])
  }
})

test("no secret that a test used is in a database - RFC 6819 5.1.4.1.3", async () => {
  for (const project of projects) {
    const environment = testEnvironments()[project]
    const database = await readDatabase(environment)
    const newest = `SELECT "id", "clientId", "userId" FROM "Session" ORDER BY "createdAt" DESC LIMIT 1`
    const [session] = await query(newest, [], environment.databaseUrl)
    const present = Object.values(session ?? {}).map(String)
    expect(present).toHaveLength(3)
    expect(makeSearch(present)(database).sort(), project).toEqual(present.sort())
    expect(makeSearch([...rememberedSecrets(), environment.secret])(database), project).toEqual([])
  }
})
