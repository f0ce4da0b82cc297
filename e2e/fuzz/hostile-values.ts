import type { Random } from "./random"
import type { Value } from "./request"

/** Markup that must never be part of a page as it is. */
export const markup = '"><img src=x onerror=fuzz>'

/** Texts that parsers, databases and pages have failed on before. */
const texts = [
  "",
  " ",
  "\0",
  "a\0b",
  "\r\nX-Injected: yes",
  "\n",
  "\t",
  "\x7f",
  "\u0085",
  "\u2028",
  "\u202e",
  "\ufeff",
  "\ufffd",
  "\uffff",
  "é",
  "e\u0301",
  "ﬀ",
  "İ",
  "ß",
  "😀",
  "👩‍👩‍👧‍👦",
  "Z͑ͫ̓ͪ̂ͫ̽͏̴̙̤̞͉͚̯̞̠͍A̴̵̜̰͔ͫ͗͢L",
  "مرحبا",
  markup,
  "';--",
  "%",
  "%00",
  "%s%n%d",
  "{{7*7}}",
  "$" + "{7*7}",
  "__proto__",
  "constructor",
  "toString",
  "hasOwnProperty",
  "null",
  "undefined",
  "NaN",
  "true",
  "[]",
  "{}",
  "[object Object]",
  "0",
  "-1",
  "1e309",
  "9223372036854775808",
  "9999999999999999",
  "8640000000000001",
  "99999999999999999999999999",
  "2147483648",
  "0x10",
  "-0",
  "1.5",
  "../../../../etc/passwd",
  "..%2f..%2f",
  "file:///etc/passwd",
  "javascript:alert(1)",
  "data:text/html,x",
  "//evil.example",
  "https://evil.example/",
  "https://user:password@evil.example/",
  "http://[::1",
  "http://127.0.0.1:1/",
  "http://localhost:99999/",
  "urn:x",
  "mailto:a@example.com",
  "a@b",
  "a@example.com, b@example.com",
  '"a b"@example.com',
  "a@xn--.example",
  "a@[127.0.0.1]",
  "openid openid",
  "openid  profile",
  " openid",
  "openid\tprofile",
  'openid"',
  "S256",
  "plain",
  "code token",
  "none login",
  "query.jwt",
  "urn:ietf:params:oauth:request_uri:x",
  ".",
  "..",
  "...",
  "....",
  "/",
  "\\",
  "*",
  "xn--",
  "1970-01-01T00:00:00Z",
  "000000",
  "１２３４５６",
  "BBBB-BBBB",
]

/** Percent-encodings that do not decode, or decode to what is not UTF-8. */
const rawTexts = [
  "%",
  "%2",
  "%zz",
  "%u0041",
  "%00",
  "%c0%af",
  "%e0%80%80",
  "%ed%a0%80",
  "%ed%b0%80%ed%a0%80",
  "%f4%90%80%80",
  "%ff",
  "%fe%ff",
  "%80",
  "\xff\xfe",
  "\xc3\x28",
  "+",
  "%2B",
  "a&b",
  "a=b=c",
  "a;b",
  "%0d%0aX-Injected:%20yes",
  "%25%30%30",
  "#x",
  "?x",
]

const lengths = [64, 255, 256, 512, 1_023, 2_048, 3_329, 8_000, 20_000, 33_000, 100_000]

/** @param maxLength of long texts */
export function pickHostile(random: Random, maxLength = 100_000): Value {
  const kind = random.int(10)
  if (kind < 5) return random.pick(texts)
  if (kind < 8) return { raw: random.pick(rawTexts) }
  if (kind === 8) {
    const unit = random.pick(["a", "é", "😀", " ", "%", "(", "a.", "[", "\0", "a ", "\\", "-", "a@", "&#"])
    return unit.repeat(Math.ceil(Math.min(random.pick(lengths), maxLength) / unit.length))
  }
  return Array.from({ length: 1 + random.int(40) }, () => String.fromCharCode(random.int(0xffff))).join("")
}

export const pickHostileText = (random: Random, maxLength?: number): string => {
  const value = pickHostile(random, maxLength)
  return typeof value === "string" ? value : value.raw
}

/** Changes a text a little, so that it passes the checks of its form and fails later ones. */
export function disturb(random: Random, text: string): string {
  if (isJwt(text) && random.chance(0.7)) return disturbJwt(random, text)
  const at = random.int(text.length + 1)
  const character = random.pick(["A", "a", "0", "_", "-", ".", "~", "=", "%", "\0", "é", " ", "/", "+"])
  switch (random.int(9)) {
    case 0:
      return text.slice(0, at)
    case 1:
      return text.slice(at)
    case 2:
      return text.slice(0, at) + character + text.slice(at)
    case 3:
      return text.slice(0, at) + character + text.slice(at + 1)
    case 4:
      return text + text
    case 5:
      return text.toUpperCase()
    case 6:
      return ` ${text} `
    case 7:
      return `${text}${random.pick(["=", "==", "\n", "\0", ".", "%00", "#", "?x"])}`
    default:
      return [...text].reverse().join("")
  }
}

const isJwt = (text: string) => /^[\w-]+(\.[\w-]*){2,4}$/.test(text) && text.startsWith("ey")

const toBase64 = (value: unknown) => Buffer.from(JSON.stringify(value)).toString("base64url")

/** Header parameters that verifiers have believed before, or spent long on. */
const headers: Record<string, unknown>[] = [
  { alg: "none" },
  { alg: "None" },
  { alg: "" },
  { alg: "HS256" },
  { alg: "RS256" },
  { alg: "ES256", kid: "unknown" },
  { alg: "ES256", kid: "__proto__" },
  { alg: "ES256", kid: null },
  { alg: "ES256", kid: ["x"] },
  { alg: "ES256", crit: ["exp"] },
  { alg: "ES256", crit: ["b64"], b64: false },
  { alg: "ES256", jwk: { kty: "EC", crv: "P-256", x: "x", y: "y" } },
  { alg: "ES256", jwk: { kty: "RSA", n: "AQAB".repeat(4_000), e: "AQAB" } },
  { alg: "ES256", jku: "https://evil.example/jwks", x5u: "https://evil.example/x" },
  { alg: "dir", enc: "A256GCM" },
  { alg: "dir", enc: "A256GCM", zip: "DEF" },
  { alg: "dir", enc: "A128CBC-HS256" },
  { alg: "PBES2-HS256+A128KW", enc: "A128GCM", p2c: 2_147_483_647, p2s: "AAAAAAAAAAA" },
  { alg: "ECDH-ES", enc: "A256GCM", epk: { kty: "EC", crv: "P-256", x: "AA", y: "AA" } },
  { alg: "RSA-OAEP", enc: "A256GCM" },
  { typ: "dpop+jwt", alg: "ES256" },
  { typ: "at+jwt", alg: "ES256" },
  { alg: { toString: "x" } },
]

function disturbJwt(random: Random, token: string): string {
  const parts = token.split(".")
  const [header = "", payload = ""] = parts
  switch (random.int(9)) {
    case 0:
      return [toBase64(random.pick(headers)), ...parts.slice(1)].join(".")
    case 1:
      return [toBase64({ ...decodeJson(header), ...random.pick(headers) }), ...parts.slice(1)].join(".")
    case 2:
      return [header, toBase64(disturbJson(random, decodeJson(payload))), ...parts.slice(2)].join(".")
    case 3:
      return `${toBase64({ alg: "none" })}.${payload}.`
    case 4:
      return [...parts].reverse().join(".")
    case 5:
      return parts.slice(0, random.int(parts.length)).join(".")
    case 6:
      return [...parts, ...parts].join(".")
    case 7: {
      // A token within a token.
      const at = random.int(parts.length)
      return parts.map((part, i) => (i === at ? Buffer.from(token).toString("base64url") : part)).join(".")
    }
    default: {
      const at = random.int(parts.length)
      const other = random.pick([
        "",
        "A",
        "!",
        "====",
        "A".repeat(20_000),
        Buffer.from([0xff, 0xfe]).toString("base64url"),
      ])
      return parts.map((part, i) => (i === at ? other : part)).join(".")
    }
  }
}

/** The JSON of a part of a token; an encrypted part has none. */
function decodeJson(part: string): Record<string, unknown> {
  try {
    return JSON.parse(Buffer.from(part, "base64url").toString())
  } catch {
    return {}
  }
}

const deep = (depth: number, wrap: (inner: unknown) => unknown) => {
  let value: unknown = "x"
  for (let i = 0; i < depth; i++) value = wrap(value)
  return value
}

/** Any JSON value, among them those that a validator may not expect. */
function pickHostileJson(random: Random): unknown {
  switch (random.int(9)) {
    case 0:
      return random.pick([null, true, false, 0, -1, 1e308, 1.5, 2 ** 53, "", [], {}])
    case 1:
      return deep(random.pick([10, 100, 2_000]), (inner) => [inner])
    case 2:
      return deep(random.pick([10, 100, 1_000]), (inner) => ({ a: inner }))
    case 3:
      return Array.from({ length: random.pick([1, 100, 5_000]) }, () => 1)
    case 4:
      return [null, [null], {}, ""]
    case 5:
      return JSON.parse('{"__proto__":{"polluted":true},"constructor":{"prototype":{}}}')
    case 6:
      return random.pick(["\ud800", "\0", "a\0b"])
    default:
      return pickHostileText(random, 33_000)
  }
}

/** Replaces, removes or adds one value somewhere in a JSON document. */
export function disturbJson(random: Random, value: unknown): unknown {
  if (value !== null && typeof value === "object" && random.chance(0.9)) {
    const keys = Object.keys(value)
    const key = keys.length > 0 ? random.pick(keys) : "x"
    const copy = (Array.isArray(value) ? [...value] : { ...value }) as Record<string, unknown>
    const choice = random.int(6)
    if (choice === 0) delete copy[key]
    else if (choice === 1) copy[pickHostileText(random, 1_000)] = pickHostileJson(random)
    else if (choice === 2) copy[key] = [copy[key]]
    else copy[key] = disturbJson(random, copy[key])
    return copy
  }
  if (typeof value === "string" && random.chance(0.5)) return disturb(random, value)
  return pickHostileJson(random)
}
