import { setInterval } from "node:timers"
import { sendNotificationsInBackground } from "@/lib/authentication/logout-notifications"
import { config } from "@/lib/config"
import { startCheckpoints } from "@/lib/data/checkpoints"
import { migrate } from "@/lib/data/migrate"
import { ensureSigningKeys } from "@/lib/keys/signing-keys"
import { log } from "@/lib/log"
import { sendMailInBackground } from "@/lib/mail/outbox"
import { createOnce, perProcess } from "@/lib/per-process"
import { masterSecrets } from "@/lib/secret"
import { recordSecretsInBackground } from "@/lib/secret-rotation"
import { sweepInBackground } from "@/lib/sweep"

const sweepEveryMs = 60_000
const sendEveryMs = 5_000

const prepared = perProcess<Promise<{ migrations: string[] }>>("prepared")
const maintenanceStarted = perProcess<boolean>("maintenance")
const sendingStarted = perProcess<boolean>("sending")

/**
 * Prepares a process before it serves requests: settings, secret, schema, signing keys.
 * @returns the names of the migrations applied now
 * @throws ConfigError, MigrationError, WrongSecretError, or the driver's error when the database cannot be reached
 */
export function prepare(): Promise<{ migrations: string[] }> {
  return createOnce(prepared, prepareOnce)
}

async function prepareOnce(): Promise<{ migrations: string[] }> {
  const settings = config()
  masterSecrets()
  const migrations = await migrate(settings, process.cwd())
  await ensureSigningKeys()
  return { migrations }
}

/** Starts the periodic work of a server, in one of its processes: SQLite checkpoints and the sweep. */
export function startMaintenance(): void {
  if (maintenanceStarted.value) return
  maintenanceStarted.value = true
  startCheckpoints(({ name }) => log().error({ event: "checkpoints_failed", problem: name }))
  void recordSecretsInBackground()
  setInterval(() => {
    void recordSecretsInBackground()
    void sweepInBackground()
  }, sweepEveryMs).unref()
}

/**
 * Starts to send e-mails and logout tokens that are due, in each process that serves requests: those also send after a request,
 * and count what they sent. A message is claimed before it is sent.
 */
export function startSending(): void {
  if (sendingStarted.value) return
  sendingStarted.value = true
  setInterval(() => {
    void sendNotificationsInBackground()
    void sendMailInBackground()
  }, sendEveryMs).unref()
}
