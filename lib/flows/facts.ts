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

/** So many characters in a row are a code, a token or a key, wherever they stand: people put secrets into the wrong field. */
const secretLike = /[A-Za-z0-9_-]{24,}/

const open = (form: RegExp) => (value: string) => (form.test(value) && !secretLike.test(value) ? value : null)
const words = open(/^[a-z_ ]{1,64}$/)

/** How the values of these parameters are shown; null, and whatever is not among them, known or not, is a fingerprint. */
const shown = new Map<string, (value: string) => string | null>(
  Object.entries({
    client_id: open(/^([A-Za-z0-9_-]{22}|playground)$/),
    code_challenge_method: open(/^(S256|plain)$/),
    display: words,
    grant_type: words,
    max_age: open(/^[0-9]{1,9}$/),
    prompt: words,
    redirect_uri: describeUri,
    resource: describeUri,
    response_mode: words,
    response_type: words,
    scope: open(/^[a-z0-9:/._ -]{1,256}$/),
    token_type_hint: words,
  }),
)

/** The value of a parameter, or its fingerprint. */
export function describeParameter(name: string, value: string): string {
  return shown.get(name)?.(value) ?? fingerprint(value)
}

/** A host's labels are cut by hyphens too: those of previews are long. */
const longRun = /[A-Za-z0-9_]{24,}/

/**
 * A URI, with fingerprints in the places of a path and a query where a secret may be: a wrong one is to be compared with
 * the right one.
 * @returns null for what is none, has a name and password in it, or a fragment
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
