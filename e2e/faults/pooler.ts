import { spawn, spawnSync } from "node:child_process"
import { chownSync, mkdtempSync, rmSync, writeFileSync } from "node:fs"
import os from "node:os"
import path from "node:path"
import { findFreePort } from "@/lib/testing/free-port"
import { findInstalled, stopProcess } from "@/lib/testing/postgres"

/** The environment variable with the address of the pooler that test servers use instead of Postgres. */
export const poolerVariable = "OAUTH_FLOW_POOLER"

/** Puts the pooler into a Postgres URL, when the test run has one. */
export function throughPooler(databaseUrl: string): string {
  const pooler = process.env[poolerVariable]
  if (!pooler || !databaseUrl.startsWith("postgres")) return databaseUrl
  const url = new URL(databaseUrl)
  url.host = pooler
  return url.href
}

/** The installed PgBouncer, as `PgBouncer 1.23.1`; null without one. */
export function findPgBouncer(): string | null {
  const { stdout } = spawnSync("pgbouncer", ["--version"], { encoding: "utf8" })
  return stdout?.split("\n")[0] ?? null
}

/**
 * Starts PgBouncer in transaction mode before a Postgres server, with fewer connections to it than the tests open.
 * @returns its address
 */
export async function startPooler(postgresUrl: string): Promise<{ address: string; stop: () => Promise<void> }> {
  const { hostname, port, username, password } = new URL(postgresUrl)
  const directory = mkdtempSync(path.join(os.tmpdir(), "oauth-flow-pooler-"))
  const [users, settings] = ["users.txt", "pgbouncer.ini"].map((name) => path.join(directory, name)) as [string, string]
  const listenPort = await findFreePort()
  writeFileSync(users, `"${decodeURIComponent(username)}" "${decodeURIComponent(password)}"\n`)
  const lines = [
    "[databases]",
    `* = host=${hostname} port=${port}`,
    "[pgbouncer]",
    "listen_addr = 127.0.0.1",
    `listen_port = ${listenPort}`,
    "unix_socket_dir =",
    "auth_type = scram-sha-256",
    `auth_file = ${users}`,
    "pool_mode = transaction",
    "default_pool_size = 8",
    "max_client_conn = 500",
    "log_connections = 0",
    "log_disconnections = 0",
  ]
  writeFileSync(settings, `${lines.join("\n")}\n`)
  // Like Postgres, it refuses to run as root.
  const owner = findInstalled()?.owner
  if (owner) for (const file of [directory, users, settings]) chownSync(file, owner.uid, owner.gid)
  const server = spawn("pgbouncer", [settings], { cwd: directory, ...owner, stdio: ["ignore", "ignore", "pipe"] })
  await new Promise<void>((resolve, reject) => {
    let log = ""
    server.stderr.setEncoding("utf8").on("data", (text: string) => {
      log = `${log}${text}`.slice(-4000)
      if (log.includes("process up")) resolve()
    })
    server.once("error", reject)
    server.once("exit", () => reject(new Error(`PgBouncer did not start: ${log}`)))
  })
  return {
    address: `127.0.0.1:${listenPort}`,
    async stop() {
      await stopProcess(server)
      rmSync(directory, { recursive: true, force: true })
    },
  }
}
