import { createPrivateKey, type JsonWebKey, type KeyObject } from "node:crypto"
import { CompactEncrypt, type CryptoKey, compactDecrypt, exportJWK, generateKeyPair, importJWK, type JWK } from "jose"
import { config } from "@/lib/config"
import {
  deleteSigningKeys,
  insertSigningKey,
  listSigningKeys,
  type SigningAlg,
  type SigningKeyRecord,
} from "@/lib/data/signing-keys"
import { perProcess } from "@/lib/per-process"
import { generateId } from "@/lib/protocol/random"
import { deriveKey, WrongSecretError } from "@/lib/secret"

export const signingAlgs: SigningAlg[] = ["ES256", "RS256"]

/** For how long, in seconds, a process may go on with the keys it has read: a rotation on another instance is seen within that. */
const cacheSeconds = 5

/** For how long, in seconds, anybody may keep a copy of /jwks. A new key signs only after that. */
export const jwksMaxAgeSeconds = 60

/** How long after `keys rotate` the new key begins to sign: when every copy of /jwks has it. */
export const activationDelaySeconds = jwksMaxAgeSeconds + 30

/** A key's place in its life: published before it signs, signing, published while its signatures live, gone from /jwks. */
export type SigningKeyState = "next" | "active" | "published" | "retired"

type SigningKey = { kid: string; alg: SigningAlg; publicJwk: JWK; publicKey: CryptoKey; privateKey: KeyObject }

type KeyRing = { readAt: number; keys: { key: SigningKey; state: SigningKeyState }[]; jwks: { keys: JWK[] } }

const currentRing = perProcess<KeyRing>("key ring")
const runningRead = perProcess<Promise<KeyRing>>("key ring read")
const importedKeys = perProcess<Map<string, SigningKey>>("imported keys")

/** The key that signs now. */
export async function findActiveKey(alg: SigningAlg): Promise<SigningKey> {
  const { keys } = await keyRing()
  const active = keys.find(({ key, state }) => key.alg === alg && state === "active")
  if (!active) throw new Error(`there is no active ${alg} key`)
  return active.key
}

/** The public half of a key whose signatures still count, or null. */
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
    if (!present.some((key) => key.alg === alg)) await makeSigningKey(alg, 1, new Date())
  }
  currentRing.value = undefined
  await keyRing()
}

/** Makes the next key of an algorithm, to sign from `activeFrom` on. The one before stays published while its signatures live. */
export async function rotateSigningKey(
  alg: SigningAlg,
  { activeFrom }: { activeFrom: Date },
): Promise<{ kid: string; alg: SigningAlg; activeFrom: Date }> {
  const latest = Math.max(0, ...(await listSigningKeys()).filter((key) => key.alg === alg).map((key) => key.generation))
  const kid = await makeSigningKey(alg, latest + 1, activeFrom)
  if (!kid) throw new Error("another rotation was made at the same moment; look at `keys list` before you try again")
  currentRing.value = undefined
  return { kid, alg, activeFrom }
}

/**
 * Takes all keys of an algorithm out of /jwks but one: for a key that has leaked. What they signed no longer counts here
 * within seconds, and elsewhere once copies of /jwks are renewed.
 */
export async function withdrawSigningKeys(alg: SigningAlg, exceptKid: string): Promise<string[]> {
  const records = await listSigningKeys()
  const kids = records.filter((key) => key.alg === alg && key.kid !== exceptKid).map(({ kid }) => kid)
  await deleteSigningKeys(kids)
  currentRing.value = undefined
  return kids
}

export async function describeSigningKeys(): Promise<
  { kid: string; alg: SigningAlg; state: SigningKeyState; activeFrom: Date; createdAt: Date }[]
> {
  const records = await listSigningKeys()
  const now = new Date()
  return records.map((record) => {
    const { kid, alg, activeFrom, createdAt } = record
    return { kid, alg, state: stateOf(record, records, now), activeFrom, createdAt }
  })
}

/** Deletes the keys whose last signature has expired. @returns how many */
export async function deleteRetiredKeys(now: Date): Promise<number> {
  const records = await listSigningKeys()
  const retired = records.filter((record) => stateOf(record, records, now) === "retired").map(({ kid }) => kid)
  if (retired.length > 0) await deleteSigningKeys(retired)
  return retired.length
}

async function makeSigningKey(alg: SigningAlg, generation: number, activeFrom: Date): Promise<string | null> {
  const { publicKey, privateKey } = await generateKeyPair(alg, { extractable: true, modulusLength: 2048 })
  const kid = generateId()
  const publicJwk = { ...(await exportJWK(publicKey)), kid, alg, use: "sig" }
  const privateJwe = await new CompactEncrypt(new TextEncoder().encode(JSON.stringify(await exportJWK(privateKey))))
    .setProtectedHeader({ alg: "dir", enc: "A256GCM" })
    .encrypt(deriveKey("signing-key"))
  const row = {
    kid,
    alg,
    generation,
    publicJwk: JSON.stringify(publicJwk),
    privateJwe,
    createdAt: new Date(),
    activeFrom,
  }
  return (await insertSigningKey(row)) ? kid : null
}

/** The active key is the one of the highest generation whose time has come; the rest follows from that. */
export function stateOf(
  record: Pick<SigningKeyRecord, "alg" | "generation" | "activeFrom">,
  all: Pick<SigningKeyRecord, "alg" | "generation" | "activeFrom">[],
  now: Date,
): SigningKeyState {
  // The first key signs from the start, also where another machine's clock is behind the one that made it.
  if (record.activeFrom > now && record.generation > 1) return "next"
  const successors = all.filter(
    (other) => other.alg === record.alg && other.generation > record.generation && other.activeFrom <= now,
  )
  if (successors.length === 0) return "active"
  const replacedAt = Math.min(...successors.map(({ activeFrom }) => activeFrom.getTime()))
  const { ACCESS_TOKEN_SECONDS, ID_TOKEN_SECONDS, BROWSER_SESSION_SECONDS } = config()
  // An ID token comes back as id_token_hint long after it has expired, for as long as its browser stays signed in.
  const published = Math.max(ACCESS_TOKEN_SECONDS, ID_TOKEN_SECONDS, BROWSER_SESSION_SECONDS) + cacheSeconds
  return now.getTime() < replacedAt + published * 1000 ? "published" : "retired"
}

async function keyRing(): Promise<KeyRing> {
  const ring = currentRing.value
  if (ring && Date.now() - ring.readAt < cacheSeconds * 1000) return ring
  // One reads for all who ask meanwhile. A read that failed must not be what everybody waits for from now on.
  runningRead.value ??= readKeyRing().finally(() => {
    runningRead.value = undefined
  })
  return runningRead.value
}

async function readKeyRing(): Promise<KeyRing> {
  const now = new Date()
  const records = await listSigningKeys()
  const keys = await Promise.all(
    records.map(async (record) => ({ key: await importSigningKey(record), state: stateOf(record, records, now) })),
  )
  const published = keys.filter(({ state }) => state !== "retired").map(({ key }) => key.publicJwk)
  const ring = { readAt: now.getTime(), keys, jwks: { keys: published } }
  currentRing.value = ring
  return ring
}

/** Importing a key costs more than signing with it, and a key's row never changes. */
async function importSigningKey(record: SigningKeyRecord): Promise<SigningKey> {
  importedKeys.value ??= new Map()
  const known = importedKeys.value.get(record.kid)
  if (known) return known
  const { plaintext } = await compactDecrypt(record.privateJwe, deriveKey("signing-key")).catch(() => {
    throw new WrongSecretError()
  })
  const { kid, alg } = record
  const publicJwk = JSON.parse(record.publicJwk) as JWK
  const publicKey = (await importJWK(publicJwk, alg)) as CryptoKey
  const privateJwk = JSON.parse(new TextDecoder().decode(plaintext)) as JsonWebKey
  const privateKey = createPrivateKey({ key: privateJwk, format: "jwk" })
  const key = { kid, alg, publicJwk, publicKey, privateKey }
  importedKeys.value.set(record.kid, key)
  return key
}
