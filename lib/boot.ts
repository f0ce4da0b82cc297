import cluster from "node:cluster"
import { setInterval } from "node:timers"
import { config } from "@/lib/config"
import { startCheckpoints } from "@/lib/data/checkpoints"
import { migrate } from "@/lib/data/migrate"
import { ensureSigningKeys } from "@/lib/keys/signing-keys"
import { log } from "@/lib/log"
import { masterSecret } from "@/lib/secret"
import { sweepInBackground } from "@/lib/sweep"

const sweepEveryMs = 60_000

const holder = globalThis as typeof globalThis & { oauthFlowReady?: Promise<{ migrations: string[] }> }

/**
 * Everything a process does before it serves: settings, secret, schema, signing keys. Then expired rows are swept for
 * as long as it runs; the timer alone does not keep a process alive.
 * @returns the migrations applied now
 * @throws ConfigError, MigrationError, WrongSecretError, or what the database's driver throws when it is out of reach
 */
export function prepare(): Promise<{ migrations: string[] }> {
  holder.oauthFlowReady ??= start()
  return holder.oauthFlowReady
}

async function start(): Promise<{ migrations: string[] }> {
  const settings = config()
  masterSecret()
  const migrations = await migrate(settings, process.cwd())
  await ensureSigningKeys()
  // Where several processes serve together, the first one does this for all.
  if (!cluster.isWorker) {
    startCheckpoints(({ name }) => log().error({ event: "checkpoints_failed", problem: name }))
    setInterval(() => void sweepInBackground(), sweepEveryMs).unref()
  }
  return { migrations }
}
