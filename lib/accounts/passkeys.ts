import { isIP } from "node:net"
import type { AuthenticationResponseJSON, RegistrationResponseJSON } from "@simplewebauthn/server"
import { currentTime } from "@/lib/clock"
import { config } from "@/lib/config"
import {
  countPasskeyUse,
  deletePasskey,
  findPasskey,
  insertPasskey,
  listPasskeys,
  type Passkey,
} from "@/lib/data/passkeys"
import { consumeJwt } from "@/lib/data/used-jwts"
import type { User } from "@/lib/data/users"
import { sendMailInBackground } from "@/lib/mail/outbox"
import { acrOf } from "@/lib/protocol/acr"
import { isDisplayName } from "@/lib/protocol/display-name"
import { generateToken, hashToken } from "@/lib/protocol/random"
import { openSealed, seal } from "@/lib/seal"
import { toReadableEmail } from "./email-address"
import { type ChangeContext, prepareNotice } from "./notice"

export type { Passkey }
export { listPasskeys }

/** How long a page with a challenge can be used, in milliseconds. */
const challengeMs = 60 * 60 * 1000

/** What a page seals into its form. `userId` is null for a sign-in. */
type Challenge = { challenge: string; userId: string | null; expiresAt: number }

const rpId = () => new URL(config().issuer).hostname

/** Whether browsers have passkeys for this server: their scope is a domain, not an IP address. */
export const arePasskeysOn = () => isIP(rpId().replace(/^\[|\]$/g, "")) === 0

async function makeChallenge(userId: string | null): Promise<{ challenge: string; sealed: string }> {
  const challenge = generateToken()
  const facts: Challenge = { challenge, userId, expiresAt: currentTime().getTime() + challengeMs }
  return { challenge, sealed: await seal("passkey", facts) }
}

/** Opens a challenge and consumes it. @returns null for one that cannot be used, or was used before */
async function consumeChallenge(sealed: string, userId: string | null): Promise<string | null> {
  const facts = await openSealed<Challenge>("passkey", sealed)
  if (!facts || facts.userId !== userId || facts.expiresAt <= currentTime().getTime()) return null
  return (await consumeJwt(hashToken(`passkey ${facts.challenge}`), new Date(facts.expiresAt))) ? facts.challenge : null
}

/** The options for the browser to sign in with any passkey of this server (WebAuthn section 5.5), and the sealed challenge. */
export async function beginPasskeySignIn(): Promise<{ options: object; sealed: string }> {
  const { challenge, sealed } = await makeChallenge(null)
  return { options: { challenge, rpId: rpId(), userVerification: "required", timeout: challengeMs }, sealed }
}

/** The options for the browser to make a passkey (WebAuthn section 5.4), and the sealed challenge. */
export async function beginPasskeyCreation(user: User): Promise<{ options: object; sealed: string }> {
  const { generateRegistrationOptions } = await import("@simplewebauthn/server")
  const { challenge, sealed } = await makeChallenge(user.id)
  const options = await generateRegistrationOptions({
    rpName: config().BRAND_NAME,
    rpID: rpId(),
    userID: new TextEncoder().encode(user.id),
    userName: toReadableEmail(user.email),
    userDisplayName: user.name ?? "",
    challenge: new Uint8Array(Buffer.from(challenge, "base64url")),
    excludeCredentials: (await listPasskeys(user.id)).map(({ id }) => ({ id })),
    authenticatorSelection: { residentKey: "required", userVerification: "required" },
  })
  return { options, sealed }
}

/** A response of the browser; null when it is no JSON object. */
function parseResponse<Response>(json: string): Response | null {
  try {
    const value = JSON.parse(json) as unknown
    return typeof value === "object" && value !== null ? (value as Response) : null
  } catch {
    return null
  }
}

/** Runs a check of the library, which throws for every response that is not right. */
async function verified<Result extends { verified: boolean }>(check: () => Promise<Result>): Promise<Result | null> {
  try {
    const result = await check()
    return result.verified ? result : null
  } catch {
    return null
  }
}

/** The transports that a browser reported, which nothing has verified (WebAuthn section 5.8.4). */
const toTransports = (reported: unknown): string[] =>
  (Array.isArray(reported) ? reported : [])
    .filter((name) => typeof name === "string" && /^[a-z-]{1,20}$/.test(name))
    .slice(0, 10)

/** WebAuthn Level 3 section 4: a credential ID has at most 1,023 bytes. */
const isCredentialId = (id: unknown): id is string => typeof id === "string" && /^[A-Za-z0-9_-]{1,1364}$/.test(id)

/**
 * The response without its attestation, which this server does not request (WebAuthn section 5.4.7, "none"). The library would
 * fetch what the certificates in it point to, before it verifies them.
 */
async function withoutAttestation(sent: RegistrationResponseJSON): Promise<RegistrationResponseJSON> {
  const { decodeAttestationObject, isoBase64URL, isoCBOR } = await import("@simplewebauthn/server/helpers")
  const authData = decodeAttestationObject(isoBase64URL.toBuffer(sent.response.attestationObject)).get("authData")
  const none = new Map<string, unknown>([
    ["fmt", "none"],
    ["attStmt", new Map()],
    ["authData", authData],
  ])
  const attestationObject = isoBase64URL.fromBuffer(isoCBOR.encode(none as never))
  return { ...sent, response: { ...sent.response, attestationObject } }
}

const expected = (challenge: string) => ({
  expectedChallenge: challenge,
  expectedOrigin: config().issuer,
  expectedRPID: rpId(),
  requireUserVerification: true,
})

/** A passkey with user verification is two factors, RFC 8176 section 2: the device, and what unlocks it. */
const amrOf = ({ singleDevice }: { singleDevice: boolean }) => [singleDevice ? "hwk" : "swk", "user", "mfa"]

/**
 * Stores a passkey that the browser made. The browser is then signed in with it too, because it has just used it.
 * @returns false when the response is not right, or the name cannot be used
 */
export async function addPasskey(
  user: User,
  { sealed, response, name }: { sealed: string; response: string; name: string },
  { tokenHash, amr, ...by }: ChangeContext & { tokenHash: string; amr: string[] },
): Promise<boolean> {
  const parsed = parseResponse<RegistrationResponseJSON>(response)
  const challenge = await consumeChallenge(sealed, user.id)
  if (!parsed || !challenge || !isDisplayName(name)) return false
  const { verifyRegistrationResponse } = await import("@simplewebauthn/server")
  const result = await verified(async () =>
    verifyRegistrationResponse({ response: await withoutAttestation(parsed), ...expected(challenge) }),
  )
  if (!result?.registrationInfo) return false
  const { credential, credentialDeviceType } = result.registrationInfo
  const { id, publicKey, counter } = credential
  if (!isCredentialId(id)) return false
  const passkey = {
    id,
    userId: user.id,
    publicKey: Buffer.from(publicKey).toString("base64url"),
    counter,
    transports: toTransports(credential.transports).join(" "),
    singleDevice: credentialDeviceType === "singleDevice",
    name,
    createdAt: currentTime(),
  }
  const signedIn = { tokenHash, amr: [...new Set([...amr, ...amrOf(passkey)])].join(" ") }
  const stored = await insertPasskey(passkey, signedIn, await prepareNotice(user, "passkey_added", by, name))
  void sendMailInBackground()
  return stored
}

/** Deletes a passkey of a User. @returns its name, or null when there is no such passkey */
export async function removePasskey(user: User, id: string, by: ChangeContext): Promise<string | null> {
  const passkey = (await listPasskeys(user.id)).find((one) => one.id === id)
  if (!passkey) return null
  const deleted = await deletePasskey(user.id, id, await prepareNotice(user, "passkey_removed", by, passkey.name))
  void sendMailInBackground()
  return deleted ? passkey.name : null
}

/**
 * Verifies the response of a browser that signs in with a passkey, and records its use.
 * @returns the User and how they signed in (amr, RFC 8176), or null when anything is wrong
 */
export async function verifyPasskey(sealed: string, response: string): Promise<{ user: User; amr: string[] } | null> {
  const parsed = parseResponse<AuthenticationResponseJSON>(response)
  const challenge = await consumeChallenge(sealed, null)
  const id: unknown = parsed?.id
  const passkey = isCredentialId(id) ? await findPasskey(id) : null
  if (!parsed || !challenge || !passkey || passkey.user.disabledAt) return null
  // WebAuthn section 7.2, step 6: the user handle, when there is one, names the owner of the credential.
  const { userHandle }: { userHandle?: unknown } = parsed.response ?? {}
  const isOwners = typeof userHandle === "string" && Buffer.from(userHandle, "base64url").toString() === passkey.userId
  if (userHandle && !isOwners) return null
  const { verifyAuthenticationResponse } = await import("@simplewebauthn/server")
  const credential = {
    id: passkey.id,
    publicKey: new Uint8Array(Buffer.from(passkey.publicKey, "base64url")),
    counter: passkey.counter,
  }
  const result = await verified(() =>
    verifyAuthenticationResponse({ response: parsed, credential, ...expected(challenge) }),
  )
  if (!result || !(await countPasskeyUse(passkey.id, result.authenticationInfo.newCounter, currentTime()))) return null
  return { user: passkey.user, amr: amrOf(passkey) }
}

/**
 * Whether a sign-in is enough to add or remove second factors. A User who has one must have used it: otherwise the password
 * alone would be enough to replace it.
 */
export async function mayChangeFactors({ user, amr }: { user: User; amr: string[] }): Promise<boolean> {
  return acrOf(amr) === "2" || (user.totp === null && (await listPasskeys(user.id)).length === 0)
}
