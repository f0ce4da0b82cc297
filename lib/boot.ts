import { setInterval } from "node:timers"
import { config } from "@/lib/config"
import { startCheckpoints } from "@/lib/data/checkpoints"
import { migrate } from "@/lib/data/migrate"
import { ensureSigningKeys } from "@/lib/keys/signing-keys"
import { log } from "@/lib/log"
import { createOnce, perProcess } from "@/lib/per-process"
import { masterSecret } from "@/lib/secret"
import { sweepInBackground } from "@/lib/sweep"

const sweepEveryMs = 60_000

const prepared = perProcess<Promise<{ migrations: string[] }>>("prepared")
const maintenance = perProcess<boolean>("maintenance")

/**
 * Everything a process does before it serves: settings, secret, schema, signing keys.
 * @returns the migrations applied now
 * @throws ConfigError, MigrationError, WrongSecretError, or what the database's driver throws when it is out of reach
 */
export function prepare(): Promise<{ migrations: string[] }> {
  return createOnce(prepared, start)
}

async function start(): Promise<{ migrations: string[] }> {
  const settings = config()
  masterSecret()
  const migrations = await migrate(settings, process.cwd())
  await ensureSigningKeys()
  return { migrations }
}

/** What is done now and then while a server runs, by one of its processes. It alone does not keep the process alive. */
export function startMaintenance(): void {
  if (maintenance.value) return
  maintenance.value = true
  startCheckpoints(({ name }) => log().error({ event: "checkpoints_failed", problem: name }))
  setInterval(() => void sweepInBackground(), sweepEveryMs).unref()
}
