import { currentTime } from "@/lib/clock"
import { config } from "@/lib/config"
import {
  listSealedValues,
  listSecretUse,
  recordSecretUse,
  replaceSealedValue,
  type SealedPurpose,
  sealedColumns,
} from "@/lib/data/secrets"
import { log } from "@/lib/log"
import { resealed } from "@/lib/seal"
import { secretIds } from "@/lib/secret"

/** Values per batch. */
const batch = 100

/** Records which secret protects what is new. */
export const recordSecrets = (now: Date): Promise<void> => recordSecretUse(secretIds(), now)

/** As `recordSecrets`, while a server runs. A failure is logged, and the next round tries again. */
export async function recordSecretsInBackground(): Promise<void> {
  try {
    await recordSecrets(currentTime())
  } catch (error) {
    log().warn({ event: "secrets_not_recorded", problem: error instanceof Error ? error.name : "unknown" })
  }
}

/** A secret as an operator sees it. `removableAt` is null for the newest, which protects what is new. */
export type SecretUse = { id: string; lastUsedAt: Date; removableAt: Date | null }

/**
 * The secrets of SECRET, the newest first. An older one can be removed when the last refresh token that it protects has
 * expired; everything else that it protects and that is not stored ends earlier.
 */
export async function describeSecrets(now: Date): Promise<SecretUse[]> {
  const { SESSION_IDLE_SECONDS, SESSION_SECONDS, STATE_TOKEN_SECONDS } = config()
  const seconds = Math.max(Math.min(SESSION_IDLE_SECONDS, SESSION_SECONDS), STATE_TOKEN_SECONDS)
  const used = await listSecretUse()
  return secretIds().map((id, i) => {
    const lastUsedAt = used.get(id) ?? now
    return { id, lastUsedAt, removableAt: i === 0 ? null : new Date(lastUsedAt.getTime() + seconds * 1000) }
  })
}

/**
 * Encrypts the stored values again that an older secret protects. It can be run as often as needed, beside running servers.
 * @returns how many values of each kind were encrypted again
 */
export async function reencrypt(): Promise<Record<SealedPurpose, number>> {
  const counts: Record<SealedPurpose, number> = { "signing-key": 0, totp: 0, provider: 0, mail: 0 }
  for (const purpose of Object.keys(sealedColumns) as SealedPurpose[]) {
    for (let after: string | undefined = ""; after !== undefined; ) {
      const values = await listSealedValues(purpose, after, batch)
      for (const value of values) {
        const replacement = await resealed(purpose, value.sealed)
        if (replacement && (await replaceSealedValue(purpose, value, replacement))) counts[purpose]++
      }
      after = values.length === batch ? values.at(-1)?.key : undefined
    }
  }
  return counts
}
