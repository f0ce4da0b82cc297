import { createHmac } from "node:crypto"
import { deriveKey } from "@/lib/secret"

/** What a step shows. Secrets are never in it: they are made into fingerprints before it is put together. */
export type Fact = string | number | boolean | null | Fact[] | { [name: string]: Fact | undefined }
export type Facts = Record<string, Fact | undefined>

/**
 * Stands for a secret: the same for the same value, and made under a key of the server's. It is for values that nobody can guess:
 * who may watch flows can have the fingerprint of a guess made, by sending it.
 */
export function fingerprint(secret: string): string {
  return `#${createHmac("sha256", deriveKey("fingerprint")).update(secret).digest("base64url").slice(0, 8)}`
}

const words = /^[a-z_ ]{1,64}$/
const uri = /^[a-z][a-z0-9+.-]*:[^\s?#@]{1,512}$/i

/** What a value of these parameters looks like that is no secret. All else, known or not, is shown as a fingerprint. */
const open = new Map<string, RegExp>(
  Object.entries({
    client_id: /^[A-Za-z0-9_-]{1,23}$/,
    code_challenge_method: /^(S256|plain)$/,
    display: words,
    grant_type: words,
    max_age: /^[0-9]{1,9}$/,
    prompt: words,
    redirect_uri: uri,
    resource: uri,
    response_mode: words,
    response_type: words,
    scope: /^[a-z0-9:/._ -]{1,256}$/,
    token_type_hint: words,
  }),
)

/** So many characters in a row are a code, a token or a key, wherever they stand: people put secrets into the wrong field. */
const secretLike = /[A-Za-z0-9_-]{24,}/

/** The value of a parameter, or its fingerprint. */
export function describeParameter(name: string, value: string): string {
  return open.get(name)?.test(value) && !secretLike.test(value) ? value : fingerprint(value)
}

/** The parameters of a request. */
export function describeParameters(parameters: Iterable<[name: string, value: string]>): Facts {
  const facts = new Map<string, Fact>()
  for (const [name, value] of parameters) {
    // A name that is none of a protocol may hold a secret too.
    const key = /^[a-z_]{1,32}$/.test(name) ? name : fingerprint(name)
    const before = facts.get(key)
    const fact = describeParameter(name, value)
    facts.set(key, before === undefined ? fact : [before, fact].flat())
  }
  return Object.fromEntries(facts)
}

/** A JWT of ours, claim by claim, without its signature: what is left is no token. */
export function describeJwt(jwt: string): Fact {
  const [header, claims] = jwt.split(".", 2).map((part) => JSON.parse(Buffer.from(part, "base64url").toString("utf8")))
  return {
    fingerprint: fingerprint(jwt),
    header,
    claims: { ...claims, ...(claims.nonce && { nonce: fingerprint(claims.nonce) }) },
  }
}
