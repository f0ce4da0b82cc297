import { generateKeyPairSync, sign } from "node:crypto"
import type { Target } from "../targets/target"

/** A client that authenticates at the token endpoint, in one of the ways that are measured. */
export type Caller = {
  name: "client_secret_basic" | "dpop" | "private_key_jwt"
  clientId: string
  /** The header lines and form fields of the next request. Each proof and assertion is accepted once. */
  nextCredentials(): { headers: string; form: string }
}

const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" })
const jwk = publicKey.export({ format: "jwk" })

/** The public key of the clients, as a JWK Set. */
export const clientJwks = { keys: [{ ...jwk, kid: "bench", alg: "ES256", use: "sig" }] }

/** A client with a secret. */
export const secretCaller = ({ clientId, clientAuthorization }: Target): Caller => ({
  name: "client_secret_basic",
  clientId,
  nextCredentials: () => ({ headers: `Authorization: ${clientAuthorization}\r\n`, form: "" }),
})

/**
 * The same client, with a DPoP proof in each request (RFC 9449).
 * @param count how many proofs to sign now. Signing is the client's work, so it should be done before the timing starts
 */
export function dpopCaller(target: Target, count: number): Caller {
  const htu = `http://127.0.0.1:${target.port}${target.paths.token}`
  const next = signAhead(count, () =>
    signJwt({ typ: "dpop+jwt", alg: "ES256", jwk }, { htm: "POST", htu, iat: seconds(), jti: nextId() }),
  )
  const { clientId, clientAuthorization } = target
  const nextCredentials = () => ({ headers: `Authorization: ${clientAuthorization}\r\nDPoP: ${next()}\r\n`, form: "" })
  return { name: "dpop", clientId, nextCredentials }
}

const assertionType = encodeURIComponent("urn:ietf:params:oauth:client-assertion-type:jwt-bearer")

/** A client that authenticates with an assertion (RFC 7523). @param count as in `dpopCaller` */
export function keyCaller(target: Target, count: number): Caller {
  const { keyClientId: clientId } = target
  const own = { iss: clientId, sub: clientId, aud: `http://127.0.0.1:${target.port}` }
  const next = signAhead(count, () =>
    signJwt({ alg: "ES256", kid: "bench" }, { ...own, iat: seconds(), exp: seconds() + 300, jti: nextId() }),
  )
  const nextCredentials = () => ({
    headers: "",
    form: `&client_id=${clientId}&client_assertion_type=${assertionType}&client_assertion=${next()}`,
  })
  return { name: "private_key_jwt", clientId, nextCredentials }
}

/** Makes values ahead, and more when they are used up. */
function signAhead(count: number, make: () => string): () => string {
  const ready = Array.from({ length: count }, make)
  return () => ready.pop() ?? make()
}

const seconds = () => Math.floor(Date.now() / 1000)

// Unique over the runs against one database too.
const run = Date.now().toString(36)
let ids = 0
const nextId = () => `${run}-${ids++}`

const encode = (part: object) => Buffer.from(JSON.stringify(part)).toString("base64url")

function signJwt(header: object, claims: object): string {
  const input = `${encode(header)}.${encode(claims)}`
  const key = { key: privateKey, dsaEncoding: "ieee-p1363" } as const
  return `${input}.${sign("sha256", Buffer.from(input), key).toString("base64url")}`
}
