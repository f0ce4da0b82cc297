// npm run fuzz -- --seed N [--first F] [--requests M] [--database sqlite|postgres]
// Sends random requests to a production server, and checks each answer. It needs a build (npm run build).
import { randomBytes } from "node:crypto"
import { mkdtempSync, readFileSync, rmSync } from "node:fs"
import os from "node:os"
import path from "node:path"
import { parseArgs } from "node:util"
import { closePasswordPool } from "@/lib/accounts/password"
import { closeDatabase } from "@/lib/data/database"
import { hasBuild } from "@/lib/server/build"
import { startMailServer } from "@/lib/testing/mail-server"
import { root } from "@/lib/testing/packages"
import { startPostgres } from "@/lib/testing/postgres"
import { publishEnvironments } from "../fixtures/environment"
import { mailSettings } from "../fixtures/mail"
import { highLimits } from "../fixtures/own-server"
import { rememberedSecrets } from "../fixtures/secrets"
import { startServer } from "../fixtures/server"
import { makeSearch } from "../leaks/search"
import type { Exchange } from "./exchange"
import { type Find, fuzz } from "./fuzz"
import { findLogProblems } from "./log"
import { makeMaterial, registerClients } from "./material"
import { findGrowth, formatMemory, type Memory, measureMemory, memorySettings } from "./memory"
import { listPaths } from "./paths"
import type { FuzzRequest } from "./request"
import { runValidFlows } from "./valid-flows"

const requestSeconds = 3

const usage = "npm run fuzz -- --seed N [--first F] [--requests M] [--database sqlite|postgres]"

function readOptions(): { seed: number; first: number; requests: number; database: "sqlite" | "postgres" } {
  const { values } = parseArgs({
    options: {
      seed: { type: "string" },
      first: { type: "string", default: "0" },
      requests: { type: "string", default: "5000" },
      database: { type: "string", default: "sqlite" },
    },
  })
  const [seed, first, requests] = [values.seed, values.first, values.requests].map(Number) as [number, number, number]
  const { database } = values
  const isKnown = database === "sqlite" || database === "postgres"
  if (![seed, first, requests].every(Number.isSafeInteger) || first < 0 || requests < 1 || !isKnown) {
    console.error(`Usage: ${usage}`)
    process.exit(2)
  }
  return { seed, first, requests, database }
}

/** Counts the answers by path and status. */
class Counts {
  readonly #counts = new Map<string, Map<string, number>>()

  add({ path: requested }: FuzzRequest, { answers, end }: Exchange): void {
    const known = listed.has(requested) ? requested : requested.startsWith("/flows/") ? "/flows/[id]" : "other paths"
    const counts = this.#counts.get(known) ?? new Map<string, number>()
    this.#counts.set(known, counts)
    for (const status of answers.length > 0 ? answers.map(({ status }) => String(status)) : [end])
      counts.set(status, (counts.get(status) ?? 0) + 1)
  }

  format(): string {
    return [...this.#counts]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([known, counts]) => {
        const all = [...counts].sort(([a], [b]) => (a < b ? -1 : 1)).map(([status, count]) => `${status}: ${count}`)
        return `  ${known.padEnd(36)} ${all.join(", ")}`
      })
      .join("\n")
  }
}

const { endpoints, pages, files } = listPaths()
const listed = new Set([...endpoints, ...pages, ...files])

function formatFind(find: Find, seed: number): string {
  const { number, bytes, problems } = find
  const text = bytes.toString("latin1")
  const shown =
    text.length > 6_000 ? `${text.slice(0, 3_000)}\n[${text.length - 6_000} more bytes]\n${text.slice(-3_000)}` : text
  return [
    `✗ seed ${seed}, request ${number}: ${problems.join("; ")}`,
    shown.replace(/[^\n\r\x20-\x7e]/g, (byte) => `\\x${byte.charCodeAt(0).toString(16).padStart(2, "0")}`),
    "",
  ].join("\n")
}

/** @returns what was found, in words */
async function run({ seed, first, requests, database }: ReturnType<typeof readOptions>): Promise<string[]> {
  const folder = mkdtempSync(path.join(os.tmpdir(), "oauth-flow-fuzz-"))
  // Where the fixtures write the secrets that they use.
  publishEnvironments(path.join(folder, "environments.json"))
  const postgres = database === "postgres" ? await startPostgres() : null
  const databaseUrl = postgres
    ? await postgres.createDatabase("oauth_flow_fuzz")
    : `file:${path.join(folder, "fuzz.db")}`
  const isDemo = seed % 2 === 0
  const secret = randomBytes(32).toString("base64url")
  const mail = await startMailServer()
  const memoryFile = path.join(folder, "memory.json")
  const logFile = path.join(folder, "server.log")
  const server = await startServer({
    databaseUrl,
    secret,
    logFile,
    env: {
      ...highLimits,
      // In the demo the playground and the outbox exist, and errors have more details.
      ...(isDemo ? { DEMO: "on" } : mailSettings(mail)),
      BRAND_COLOR: "#0b6b57",
      BRAND_LOGO: path.join(root, "public/icon.svg"),
      ...memorySettings(memoryFile),
      FLOW_INSPECTOR: "on",
      FLOW_INSPECTOR_REQUESTS: "500",
      REGISTRATION: "open",
      CLIENT_ID_METADATA_DOCUMENTS: "on",
      REQUEST_SECONDS: String(requestSeconds),
      // Everything that can be logged is searched for secrets.
      LOG_LEVEL: "debug",
    },
  })
  const { issuer, port, pid } = server
  Object.assign(process.env, { DATABASE_URL: databaseUrl, SECRET: secret, ISSUER: issuer })
  const found: string[] = []
  const counts = new Counts()
  let middle: Memory | null = null
  const started = Date.now()
  try {
    const clients = await registerClients(issuer)
    const { measured, result } = await fuzz({
      port,
      seed,
      first,
      requests,
      renew: (random) => makeMaterial({ issuer, clients, pages, random }),
      context: { allowedOrigins: new Set([issuer, "https://client.example", "https://spa.example"]) },
      atHalf: async () => {
        middle = await measureMemory(pid, memoryFile)
      },
      onFind(find) {
        const text = formatFind(find, seed)
        found.push(text)
        console.log(text)
      },
      onExchange: (request, exchanged) => counts.add(request, exchanged),
    }).then(async () => ({ measured: await measureMemory(pid, memoryFile), result: await runValidFlows(issuer) }))
    if (middle) found.push(...findGrowth(middle, measured))
    found.push(...result)
    console.log(counts.format())
    console.log(`  memory: ${middle ? formatMemory(middle) : ""}; ${formatMemory(measured)}`)
  } catch (error) {
    found.push(`The run stopped: ${error instanceof Error ? error.stack : error}`)
  }
  const code = await server.stop()
  if (code !== 0) found.push(`The server ended with ${code}.`)
  const log = readFileSync(logFile, "utf8")
  found.push(...findLogProblems(log))
  const leaked = makeSearch([...new Set(rememberedSecrets()), secret])(log)
  found.push(...leaked.map((value) => `The log contains the secret ${value.slice(0, 12)}…`))
  await closePasswordPool()
  await closeDatabase()
  await mail.close()
  await postgres?.stop()
  if (found.length === 0) rmSync(folder, { recursive: true, force: true })
  else console.log(`The log of the server is ${logFile}.`)
  console.log(`${requests} requests, seed ${seed}, ${database}, ${Math.round((Date.now() - started) / 1000)} s`)
  return found
}

const options = readOptions()
if (!hasBuild()) {
  console.error("There is no build. Run npm run build first.")
  process.exit(2)
}
const found = await run(options)
if (found.length > 0) {
  console.log(
    `\n${found.length} problems. Repeat with: npm run fuzz -- --seed ${options.seed} --requests ${options.requests} --database ${options.database}`,
  )
  for (const text of found) console.log(text.split("\n")[0])
}
process.exitCode = found.length > 0 ? 1 : 0
