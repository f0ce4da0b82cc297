import { type CryptoKey, exportJWK, generateKeyPair, type JWK } from "jose"
import { currentTime } from "@/lib/clock"
import { config } from "@/lib/config"
import { byOperator, type Source } from "@/lib/data/audit-events"
import { deleteSigningKeys, insertSigningKey, listSigningKeys, type SigningAlg } from "@/lib/data/signing-keys"
import { generateId } from "@/lib/protocol/random"
import { seal } from "@/lib/seal"
import { forgetKeyRing, keyRing, type SigningKey } from "./key-ring"
import { type SigningKeyState, stateOf } from "./key-state"

const bySchedule: Source = { actor: "server" }

export const signingAlgs: SigningAlg[] = ["ES256", "RS256"]

/** For how long, in seconds, clients may cache /jwks. A new key signs only after that time. */
export const jwksMaxAgeSeconds = 60

/** How long after `keys rotate` the new key begins to sign: when every copy of /jwks has it. */
export const activationDelaySeconds = jwksMaxAgeSeconds + 30

/** The key that signs now. */
export async function getActiveKey(alg: SigningAlg): Promise<SigningKey> {
  const { keys } = await keyRing()
  const active = keys.find(({ key, state }) => key.alg === alg && state === "active")
  if (!active) throw new Error(`there is no active ${alg} key`)
  return active.key
}

/** The public half of a key whose signatures are still valid, or null. */
export async function findVerificationKey(kid: string, alg: SigningAlg): Promise<CryptoKey | null> {
  const { keys } = await keyRing()
  return keys.find(({ key, state }) => key.kid === kid && key.alg === alg && state !== "retired")?.key.publicKey ?? null
}

/** The JWK Set of /jwks, RFC 7517 section 5: public halves only. The same object for as long as the keys were not read again. */
export async function publicKeySet(): Promise<{ keys: JWK[] }> {
  return (await keyRing()).jwks
}

/**
 * Makes the first key of each algorithm where there is none, and opens all there are. Several servers may call this at
 * once: one key comes of it.
 * @throws WrongSecretError
 */
export async function ensureSigningKeys(): Promise<void> {
  const present = await listSigningKeys()
  for (const alg of signingAlgs) {
    if (!present.some((key) => key.alg === alg)) await makeSigningKey(alg, 1, currentTime(), bySchedule)
  }
  forgetKeyRing()
  await keyRing()
}

/** Makes the next key of an algorithm, to sign from `activeFrom` on. The one before stays published while its signatures live. */
export async function rotateSigningKey(
  alg: SigningAlg,
  { activeFrom }: { activeFrom: Date },
): Promise<{ kid: string; alg: SigningAlg; activeFrom: Date }> {
  const latest = Math.max(0, ...(await listSigningKeys()).filter((key) => key.alg === alg).map((key) => key.generation))
  const kid = await makeSigningKey(alg, latest + 1, activeFrom, byOperator)
  if (!kid) throw new Error("another rotation was made at the same moment; look at `keys list` before you try again")
  forgetKeyRing()
  return { kid, alg, activeFrom }
}

/** How long before it signs a scheduled key is published, in milliseconds. Some clients cache /jwks for hours. */
const publishedAheadMs = 24 * 60 * 60 * 1000

/**
 * Makes the next key of each algorithm whose newest one signs for SIGNING_KEY_DAYS soon. Several instances may call this at
 * the same time: one key is made.
 * @returns the kids of the new keys
 */
export async function rotateDueKeys(now: Date): Promise<string[]> {
  const dueMs = config().SIGNING_KEY_DAYS * 24 * 60 * 60 * 1000
  if (dueMs === 0) return []
  const records = await listSigningKeys()
  const made: string[] = []
  for (const alg of signingAlgs) {
    const newest = records.filter((key) => key.alg === alg).at(-1)
    const ends = (newest?.activeFrom.getTime() ?? 0) + dueMs
    if (!newest || ends - publishedAheadMs > now.getTime()) continue
    // After an outage of the schedule, as after `keys rotate`: only when every copy of /jwks has it.
    const activeFrom = new Date(Math.max(ends, now.getTime() + activationDelaySeconds * 1000))
    const kid = await makeSigningKey(alg, newest.generation + 1, activeFrom, bySchedule)
    if (kid) made.push(kid)
  }
  if (made.length > 0) forgetKeyRing()
  return made
}

/**
 * Takes all keys of an algorithm out of /jwks but one: for a key that has leaked. Their signatures are no longer valid here
 * within seconds, and elsewhere once copies of /jwks are renewed.
 */
export async function withdrawSigningKeys(alg: SigningAlg, exceptKid: string): Promise<string[]> {
  const records = await listSigningKeys()
  const kids = records.filter((key) => key.alg === alg && key.kid !== exceptKid).map(({ kid }) => kid)
  await deleteSigningKeys(kids, byOperator)
  forgetKeyRing()
  return kids
}

export async function describeSigningKeys(): Promise<
  { kid: string; alg: SigningAlg; state: SigningKeyState; activeFrom: Date; createdAt: Date }[]
> {
  const records = await listSigningKeys()
  const now = currentTime()
  return records.map((record) => {
    const { kid, alg, activeFrom, createdAt } = record
    return { kid, alg, state: stateOf(record, records, now), activeFrom, createdAt }
  })
}

/** Deletes the keys whose last signature has expired. @returns how many */
export async function deleteRetiredKeys(now: Date): Promise<number> {
  const records = await listSigningKeys()
  const retired = records.filter((record) => stateOf(record, records, now) === "retired").map(({ kid }) => kid)
  await deleteSigningKeys(retired, null)
  return retired.length
}

async function makeSigningKey(
  alg: SigningAlg,
  generation: number,
  activeFrom: Date,
  source: Source,
): Promise<string | null> {
  const { publicKey, privateKey } = await generateKeyPair(alg, { extractable: true, modulusLength: 2048 })
  const kid = generateId()
  const publicJwk = { ...(await exportJWK(publicKey)), kid, alg, use: "sig" }
  const privateJwe = await seal("signing-key", await exportJWK(privateKey))
  const row = {
    kid,
    alg,
    generation,
    publicJwk: JSON.stringify(publicJwk),
    privateJwe,
    createdAt: currentTime(),
    activeFrom,
  }
  return (await insertSigningKey(row, source)) ? kid : null
}
