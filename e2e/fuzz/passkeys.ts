import { createHash } from "node:crypto"
import { insertPasskey } from "@/lib/data/passkeys"
import type { User } from "@/lib/data/users"
import { SoftwareAuthenticator } from "@/lib/testing/authenticator"

/** Gives a User a passkey. */
export async function addPasskey(user: User): Promise<SoftwareAuthenticator> {
  const authenticator = new SoftwareAuthenticator()
  const { id, publicKey } = authenticator
  const createdAt = new Date()
  const facts = { counter: 0, transports: "internal", singleDevice: false, name: "Phone", createdAt }
  const event = { userId: user.id, kind: "passkey_added", at: createdAt } as const
  await insertPasskey({ id, userId: user.id, publicKey, ...facts }, { event, mail: null })
  return authenticator
}

/** The response of a new authenticator to a request to create a passkey, without attestation (WebAuthn section 8.7). */
export function makeCreationResponse(challenge: string, origin: string): string {
  const { id, publicKey } = new SoftwareAuthenticator()
  const credentialId = Buffer.from(id, "base64url")
  const authenticatorData = Buffer.concat([
    createHash("sha256").update(new URL(origin).hostname).digest(),
    // User present and verified, with a credential; the counter; the model of the authenticator; the length of the ID.
    Buffer.from(`4500000000${"00".repeat(16)}0010`, "hex"),
    credentialId,
    Buffer.from(publicKey, "base64url"),
  ])
  const attestation = Buffer.concat([
    Buffer.from("a363666d74646e6f6e656761747453746d74a068617574684461746158", "hex"),
    Buffer.from([authenticatorData.length]),
    authenticatorData,
  ])
  const clientData = Buffer.from(JSON.stringify({ type: "webauthn.create", challenge, origin, crossOrigin: false }))
  return JSON.stringify({
    id,
    rawId: id,
    type: "public-key",
    clientExtensionResults: {},
    response: {
      clientDataJSON: clientData.toString("base64url"),
      attestationObject: attestation.toString("base64url"),
      transports: ["internal"],
    },
  })
}
