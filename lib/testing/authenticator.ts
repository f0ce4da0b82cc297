import { createHash, createSign, generateKeyPairSync, type KeyObject, randomBytes } from "node:crypto"

type Answer = {
  challenge: string
  origin: string
  rpId?: string
  /** Of the signature counter. */
  counter?: number
  userVerified?: boolean
  userHandle?: string
  type?: string
}

type Creation = Pick<Answer, "challenge" | "origin" | "counter"> & {
  /** A browser sends a list of words. */
  transports?: unknown
  /** Whether the response contains an attestation with a certificate, which no one requested. */
  attested?: boolean
}

/** The CBOR of `fmt` and `attStmt` before the authenticator data: "none" and an empty map, and "apple" with one certificate. */
const noAttestation = "a363666d74646e6f6e656761747453746d74a068617574684461746158"
const appleAttestation = "a363666d74656170706c656761747453746d74a1637835638141306861757468446174 6158".replace(" ", "")

/** A software authenticator with one ES256 passkey, WebAuthn section 6. */
export class SoftwareAuthenticator {
  readonly id = randomBytes(16).toString("base64url")
  readonly #privateKey: KeyObject
  /** The COSE key (RFC 9053 section 7.1), base64url. */
  readonly publicKey: string

  constructor() {
    const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" })
    const { x = "", y = "" } = publicKey.export({ format: "jwk" })
    this.#privateKey = privateKey
    this.publicKey = Buffer.concat([
      Buffer.from("a5010203262001215820", "hex"),
      Buffer.from(x, "base64url"),
      Buffer.from("225820", "hex"),
      Buffer.from(y, "base64url"),
    ]).toString("base64url")
  }

  /** The response to a request to create the passkey, without attestation (WebAuthn section 8.7). */
  create({ challenge, origin, counter = 0, transports = ["internal"], attested = false }: Creation): string {
    const count = Buffer.alloc(4)
    count.writeUInt32BE(counter)
    const credentialId = Buffer.from(this.id, "base64url")
    const authenticatorData = Buffer.concat([
      createHash("sha256").update(new URL(origin).hostname).digest(),
      // The user is present and verified, and a credential follows.
      Buffer.from([0x45]),
      count,
      // The model of the authenticator, which stays unknown, and the length of the ID.
      Buffer.alloc(16),
      Buffer.from([0, credentialId.length]),
      credentialId,
      Buffer.from(this.publicKey, "base64url"),
    ])
    // CBOR of fmt, attStmt and authData.
    const attestation = Buffer.concat([
      Buffer.from(attested ? appleAttestation : noAttestation, "hex"),
      Buffer.from([authenticatorData.length]),
      authenticatorData,
    ])
    const clientData = Buffer.from(JSON.stringify({ type: "webauthn.create", challenge, origin, crossOrigin: false }))
    return JSON.stringify({
      id: this.id,
      rawId: this.id,
      type: "public-key",
      clientExtensionResults: {},
      response: {
        clientDataJSON: clientData.toString("base64url"),
        attestationObject: attestation.toString("base64url"),
        transports,
      },
    })
  }

  /** The response to a request to sign in, as the page's form contains it. */
  answer({
    challenge,
    origin,
    counter = 0,
    userVerified = true,
    userHandle,
    type = "webauthn.get",
    ...facts
  }: Answer): string {
    const rpId = facts.rpId ?? new URL(origin).hostname
    const count = Buffer.alloc(4)
    count.writeUInt32BE(counter)
    const flags = Buffer.from([userVerified ? 0x05 : 0x01])
    const authenticatorData = Buffer.concat([createHash("sha256").update(rpId).digest(), flags, count])
    const clientData = Buffer.from(JSON.stringify({ type, challenge, origin, crossOrigin: false }))
    const signed = Buffer.concat([authenticatorData, createHash("sha256").update(clientData).digest()])
    return JSON.stringify({
      id: this.id,
      rawId: this.id,
      type: "public-key",
      clientExtensionResults: {},
      response: {
        clientDataJSON: clientData.toString("base64url"),
        authenticatorData: authenticatorData.toString("base64url"),
        signature: createSign("sha256").update(signed).sign(this.#privateKey).toString("base64url"),
        ...(userHandle && { userHandle: Buffer.from(userHandle).toString("base64url") }),
      },
    })
  }
}
