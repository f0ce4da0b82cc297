import { createPrivateKey, type JsonWebKey, type KeyObject } from "node:crypto"
import { setTimeout as sleep } from "node:timers/promises"
import { type CryptoKey, importJWK, type JWK } from "jose"
import { currentTime } from "@/lib/clock"
import { isDatabaseUnavailable } from "@/lib/data/errors"
import { listSigningKeys, type SigningAlg, type SigningKeyRecord } from "@/lib/data/signing-keys"
import { log } from "@/lib/log"
import { createOnce, perProcess } from "@/lib/per-process"
import { openSealed } from "@/lib/seal"
import { WrongSecretError } from "@/lib/secret"
import { cacheSeconds, type SigningKeyState, stateOf } from "./key-state"

/** How long a request waits, in milliseconds, for the keys to be read again, before it uses those in memory. */
const maxWaitMs = 250

/** For how long, in milliseconds, the keys in memory are used without trying again while the database is away. */
const outagePauseMs = 1_000

export type SigningKey = { kid: string; alg: SigningAlg; publicJwk: JWK; publicKey: CryptoKey; privateKey: KeyObject }

/** The keys as they were read last. `freshUntil`: milliseconds since 1970. */
export type KeyRing = {
  freshUntil: number
  keys: { key: SigningKey; state: SigningKeyState }[]
  jwks: { keys: JWK[] }
}

const current = perProcess<KeyRing>("key ring")
const reading = perProcess<Promise<KeyRing>>("key ring read")
const outage = perProcess<boolean>("key ring outage")
const importedKeys = perProcess<Map<string, SigningKey>>("imported keys")

/**
 * The signing keys, read again when they are older than `cacheSeconds`. While the database is away or slow, those in
 * memory stay valid, so that /jwks answers and signatures are verified.
 * @throws DatabaseUnavailableError when no keys were read before, WrongSecretError
 */
export async function keyRing(): Promise<KeyRing> {
  const known = current.value
  if (known && currentTime().getTime() < known.freshUntil) return known
  // One call reads for all that need the keys meanwhile.
  const read = createOnce(reading, () =>
    readKeyRing().finally(() => {
      reading.value = undefined
    }),
  )
  if (!known) return read
  const ring = await Promise.race([read.catch(whenUnavailable), sleep(maxWaitMs, null, { ref: false })])
  if (ring) return ring
  known.freshUntil = currentTime().getTime() + outagePauseMs
  if (!outage.value) log().warn({ event: "signing_keys_not_reloaded" })
  outage.value = true
  return known
}

function whenUnavailable(error: unknown): null {
  if (isDatabaseUnavailable(error)) return null
  throw error
}

/** Has the keys read again at the next use, after this process has changed them. */
export function forgetKeyRing(): void {
  current.value = undefined
}

async function readKeyRing(): Promise<KeyRing> {
  const now = currentTime()
  const records = await listSigningKeys()
  const keys = await Promise.all(
    records.map(async (record) => ({ key: await importSigningKey(record), state: stateOf(record, records, now) })),
  )
  const published = keys.filter(({ state }) => state !== "retired").map(({ key }) => key.publicJwk)
  const ring = { freshUntil: now.getTime() + cacheSeconds * 1000, keys, jwks: { keys: published } }
  current.value = ring
  outage.value = false
  return ring
}

/** Importing a key costs more than signing with it, and a key's row never changes. */
async function importSigningKey(record: SigningKeyRecord): Promise<SigningKey> {
  importedKeys.value ??= new Map()
  const known = importedKeys.value.get(record.kid)
  if (known) return known
  const privateJwk = await openSealed<JsonWebKey>("signing-key", record.privateJwe)
  if (!privateJwk) throw new WrongSecretError()
  const { kid, alg } = record
  const publicJwk = JSON.parse(record.publicJwk) as JWK
  const publicKey = (await importJWK(publicJwk, alg)) as CryptoKey
  const privateKey = createPrivateKey({ key: privateJwk, format: "jwk" })
  const key = { kid, alg, publicJwk, publicKey, privateKey }
  importedKeys.value.set(record.kid, key)
  return key
}
