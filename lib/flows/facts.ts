import { createHmac } from "node:crypto"
import { deriveKey } from "@/lib/secret"

/** A value that a step shows. It never contains a secret: a secret is replaced by its fingerprint first. */
export type Fact = string | number | boolean | null | Fact[] | { [name: string]: Fact | undefined }
export type Facts = Record<string, Fact | undefined>

/**
 * A keyed hash of a secret: equal secrets have equal fingerprints. Use it only for values that no one can guess. An operator
 * who sees flows could send a guess and compare its fingerprint.
 */
export function fingerprint(secret: string): string {
  return `#${createHmac("sha256", deriveKey("fingerprint")).update(secret).digest("base64url").slice(0, 8)}`
}

/** A run of this many characters can be a code, a token or a key, in any field: clients send secrets in the wrong field. */
const secretLike = /[A-Za-z0-9_-]{24,}/

const unlessSecret = (form: RegExp) => (value: string) => (form.test(value) && !secretLike.test(value) ? value : null)
const words = unlessSecret(/^[a-z_ ]{1,64}$/)

const describeClientId = unlessSecret(/^([A-Za-z0-9_-]{22}|playground)$/)

/** How these parameters are shown. A result of null, and every other parameter, is shown as a fingerprint. */
const shown = new Map<string, (value: string) => string | null>(
  Object.entries({
    client_id: (value) => describeClientId(value) ?? describeUri(value),
    code_challenge_method: unlessSecret(/^(S256|plain)$/),
    display: words,
    grant_type: words,
    max_age: unlessSecret(/^[0-9]{1,9}$/),
    prompt: words,
    post_logout_redirect_uri: describeUri,
    redirect_uri: describeUri,
    resource: describeUri,
    response_mode: words,
    response_type: words,
    scope: unlessSecret(/^[a-z0-9:/._ -]{1,256}$/),
    token_type_hint: words,
  }),
)

/** The value of a parameter, or its fingerprint. */
export function describeParameter(name: string, value: string): string {
  return shown.get(name)?.(value) ?? fingerprint(value)
}

/** In a host name, hyphens end a run: the names of preview deployments are long. */
const longRun = /[A-Za-z0-9_]{24,}/

/**
 * A URI, with fingerprints in place of path segments and query values that can be secrets. The rest stays readable, so that a
 * wrong URI can be compared with the right one.
 * @returns null for an invalid URI, and for one with credentials or a fragment
 */
function describeUri(uri: string): string | null {
  const [, base = "", path = "", query] =
    /^([a-z][a-z0-9+.-]*:(?:\/\/[^\s/?#@]*)?)([^\s?#@]*)(?:\?([^\s#]*))?$/i.exec(uri) ?? []
  if (base === "" || uri.length > 512 || longRun.test(base)) return null
  const segments = path.split("/").map((segment) => (secretLike.test(segment) ? `[${fingerprint(segment)}]` : segment))
  if (query === undefined) return base + segments.join("/")
  const pairs = query.split("&").map((pair) => {
    const [, name = "", value] = /^([A-Za-z0-9_.-]{1,23})=(.*)$/.exec(pair) ?? []
    return value === undefined ? `[${fingerprint(pair)}]` : `${name}=[${fingerprint(value)}]`
  })
  return `${base}${segments.join("/")}?${pairs.join("&")}`
}

/** The parameters of a request. */
export function describeParameters(parameters: Iterable<[name: string, value: string]>): Facts {
  const facts = new Map<string, Fact>()
  for (const [name, value] of parameters) {
    // An unknown parameter name can be a secret too.
    const key = /^[a-z_]{1,32}$/.test(name) ? name : fingerprint(name)
    const before = facts.get(key)
    const fact = describeParameter(name, value)
    facts.set(key, before === undefined ? fact : [before, fact].flat())
  }
  return Object.fromEntries(facts)
}

/** The header and the claims of a JWT that this server issued. Without its signature it is not usable as a token. */
export function describeJwt(jwt: string): Fact {
  const [header, claims] = jwt.split(".", 2).map((part) => JSON.parse(Buffer.from(part, "base64url").toString("utf8")))
  return {
    fingerprint: fingerprint(jwt),
    header,
    claims: { ...claims, ...(claims.nonce && { nonce: fingerprint(claims.nonce) }) },
  }
}
