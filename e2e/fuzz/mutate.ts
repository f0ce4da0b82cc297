import { gzipSync } from "node:zlib"
import { disturb, disturbJson, markup, pickHostile, pickHostileText } from "./hostile-values"
import type { Material } from "./material"
import type { Random } from "./random"
import {
  type FuzzRequest,
  formType,
  hasHeader,
  type Pair,
  removeHeader,
  setHeader,
  textOf,
  type Value,
} from "./request"

type Mutation = (request: FuzzRequest, random: Random, material: Material) => void

/** The parameters of a request: of its query or of its form. */
function pairsOf({ query, body }: FuzzRequest): Pair[] {
  return body && "form" in body && (body.form.length > 0 || query.length === 0) ? body.form : query
}

/** Changes one parameter. A request without one gets one. */
function changeParameter(request: FuzzRequest, change: (pair: Pair, pairs: Pair[]) => void, random: Random): void {
  const pairs = pairsOf(request)
  if (pairs.length === 0) pairs.push([random.pick(parameterNames), "x"])
  change(random.pick(pairs), pairs)
}

function changeValue(request: FuzzRequest, change: (value: string) => Value, random: Random): void {
  const pairs = pairsOf(request)
  if (pairs.length === 0) pairs.push([random.pick(parameterNames), "x"])
  const at = random.int(pairs.length)
  const [name, value] = pairs[at] as Pair
  pairs[at] = [name, change(textOf(value))]
}

/** Parameters that some endpoint or page reads. */
const parameterNames = [
  ...["client_id", "client_secret", "redirect_uri", "response_type", "response_mode", "scope", "state", "nonce"],
  ...["code", "code_verifier", "code_challenge", "code_challenge_method", "grant_type", "refresh_token", "token"],
  ...["token_type_hint", "access_token", "id_token_hint", "login_hint", "prompt", "max_age", "acr_values", "claims"],
  ...["request", "request_uri", "resource", "audience", "client_assertion", "client_assertion_type", "dpop_jkt"],
  ...["subject_token", "actor_token", "requested_token_type", "device_code", "user_code", "post_logout_redirect_uri"],
  ...["ui_locales", "email", "password", "name", "next", "decision", "challenge", "response", "ticket", "iss", "error"],
  ...[
    "q",
    "before",
    "after",
    "as",
    "outcome",
    "setup",
    "account",
    "browser",
    "language",
    "keep",
    "user",
    "registration",
  ],
]

const replaceValue: Mutation = (request, random) => changeValue(request, () => pickHostile(random), random)

const disturbValue: Mutation = (request, random) =>
  changeValue(
    request,
    (value) => (isJson(value) && random.chance(0.7) ? disturbJsonText(random, value) : disturb(random, value)),
    random,
  )

const isJson = (text: string) => /^[[{]/.test(text)

function disturbJsonText(random: Random, text: string): string {
  try {
    return JSON.stringify(disturbJson(random, JSON.parse(text)))
  } catch {
    return text
  }
}

const exchangeValue: Mutation = (request, random, { values }) => changeValue(request, () => random.pick(values), random)

const removeParameter: Mutation = (request, random) =>
  changeParameter(request, (pair, pairs) => void pairs.splice(pairs.indexOf(pair), 1), random)

const repeatParameter: Mutation = (request, random) =>
  changeParameter(
    request,
    ([name, value], pairs) => {
      const times = random.pick([1, 1, 1, 2, 99, 101, 2_000])
      const other: Value = random.chance(0.5) ? value : pickHostile(random, 1_000)
      for (let i = 0; i < times; i++) pairs.push([name, other])
    },
    random,
  )

const renameParameter: Mutation = (request, random) =>
  changeParameter(
    request,
    (pair) => {
      const name = textOf(pair[0])
      const names = [
        `${name}[]`,
        `${name}[x]`,
        name.toUpperCase(),
        ` ${name}`,
        `${name}\0`,
        "",
        "__proto__",
        "toString",
      ]
      pair[0] = random.pick([...names, random.pick(parameterNames), pickHostileText(random, 2_000)])
    },
    random,
  )

const addParameter: Mutation = ({ query, body }, random, { values }) => {
  const pairs = body && "form" in body && random.chance(0.7) ? body.form : query
  const value = random.chance(0.5) ? random.pick(values) : pickHostile(random, 5_000)
  pairs.push([random.pick(parameterNames), value])
}

/** Parameters of a form in the URL, or the other way around. */
const moveParameters: Mutation = (request) => {
  const { query, body } = request
  if (body && "form" in body) {
    request.query = [...query, ...body.form]
    request.body = { form: [] }
  } else {
    request.body = { form: query }
    request.query = []
    setHeader(request, "Content-Type", formType)
  }
}

const changeJson: Mutation = (request, random, material) => {
  if (request.body && "json" in request.body) {
    request.body = { json: disturbJson(random, request.body.json) }
    return
  }
  const pairs = pairsOf(request)
  const at = pairs.findIndex(([, value]) => isJson(textOf(value)))
  const pair = pairs[at]
  if (pair) pairs[at] = [pair[0], disturbJsonText(random, textOf(pair[1]))]
  else disturbValue(request, random, material)
}

/** A body that is not what its Content-Type promises, or not well-formed. */
const replaceBody: Mutation = (request, random) => {
  const bodies = [
    "",
    "{",
    "[",
    "null",
    '"x"',
    "1e999",
    '{"a":1,"a":2}',
    '{"a":"\\ud800"}',
    "\ufeff{}",
    `${"[".repeat(15_000)}`,
    `${'{"a":'.repeat(5_000)}`,
    `[${"1,".repeat(15_000)}1]`,
    "&&&&&",
    "=&=&=",
    "a",
    "%",
    "&".repeat(30_000),
    "a&".repeat(16_000),
    `a=${"%".repeat(30_000)}`,
    `--b\r\nContent-Disposition: form-data; name="x"\r\n\r\ny\r\n--b--\r\n`,
    '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "b">]><x>&a;</x>',
    "x".repeat(40_000),
    "x".repeat(300_000),
  ]
  const bytes = random.chance(0.2)
    ? Buffer.from(Array.from({ length: random.int(2_000) }, () => random.int(256)))
    : Buffer.from(random.pick(bodies), random.pick(["utf8", "utf16le", "latin1"]))
  request.body = { bytes }
  if (request.method === "GET") request.method = "POST"
}

const compressBody: Mutation = (request, random) => {
  request.body = { bytes: gzipSync("grant_type=x&".repeat(random.pick([1, 100_000]))) }
  setHeader(request, "Content-Encoding", random.pick(["gzip", "br", "deflate", "identity", "x", "gzip, gzip"]))
}

const contentTypes = [
  "",
  "application/json",
  "application/json; charset=utf-16",
  "application/json; charset=",
  formType,
  `${formType}; charset=utf-8`,
  `${formType}; charset=iso-8859-1`,
  `${formType}; charset=utf-7`,
  `${formType}, application/json`,
  `${formType};`,
  "APPLICATION/X-WWW-FORM-URLENCODED",
  "multipart/form-data; boundary=b",
  "multipart/form-data",
  "text/plain",
  "text/xml",
  "application/jwt",
  "application/octet-stream",
  "/",
  "x",
  "*/*",
]

const changeContentType: Mutation = (request, random) => {
  if (random.chance(0.1)) removeHeader(request, "content-type")
  else setHeader(request, "Content-Type", random.pick(contentTypes))
}

const methods = [
  "GET",
  "HEAD",
  "POST",
  "PUT",
  "PATCH",
  "DELETE",
  "OPTIONS",
  "TRACE",
  "PROPFIND",
  "PURGE",
  "QUERY",
  "MKCOL",
]

const changeMethod: Mutation = (request, random) => {
  request.method = random.pick(methods)
}

const changePath: Mutation = (request, random) => {
  const { path } = request
  const at = random.int(path.length) || 1
  const spelled = `${path.slice(0, at)}%${path.charCodeAt(at).toString(16)}${path.slice(at + 1)}`
  request.path = random.pick([
    `${path}/`,
    `/${path}`,
    `${path}//`,
    path.toUpperCase(),
    spelled,
    `${path}%00`,
    `${path}%2f`,
    `${path};x=y`,
    `${path}.json`,
    `${path}.txt`,
    `${path}/${"x".repeat(random.pick([10, 300, 5_000]))}`,
    `${path}/..`,
    `/x/..${path}`,
    `/.${path}`,
    `/%2e%2e${path}`,
    `${path}%`,
    `${path}%ff`,
    `${path}%c0%af`,
    `${path}\xff`,
    `${path}?`,
    `${path}#x`,
    `http://evil.example${path}`,
    `//evil.example${path}`,
    `http://[::1${path}`,
    `https:${path}`,
    "*",
    "/",
    "//",
    "/%",
    "/?",
    "",
    "evil.example:443",
    "/_next/image?url=%2Ficon.svg&w=64&q=75",
    "/_next/data/x/sign-in.json",
    "/_next/static/../../package.json",
    "/_next/static/%2e%2e/%2e%2e/package.json",
    "/_next/static/",
    "/_next/static/%00",
    "/_next/static/%",
    "/_error",
    "/_not-found",
    "/404",
    "/500",
    "/flows/%00",
    "/flows/%",
    "/flows/..%2f",
    "/flows/x/export",
    "/flows/x/stream",
    "/flows/\xff",
    `/flows/${"x".repeat(3_000)}`,
    "/favicon.ico/x",
    "/.well-known/openid-configuration/x",
    "/.well-known/",
    "/.env",
  ])
}

const acceptHeaders = [
  "*/*",
  "application/json",
  "text/html",
  "application/json, text/html",
  "",
  "x",
  "text/html;q=x",
  ",",
]

/** Headers that the server reads, with values that it may not expect. */
const headerValues: Record<string, (random: Random, material: Material) => string> = {
  Accept: (random) => random.pick(acceptHeaders),
  "Accept-Language": (random) =>
    random.pick([
      "de",
      "xx",
      "*",
      "de;q=x",
      "ar,en;q=0.1",
      "a,".repeat(5_000),
      "-",
      "de-\0",
      "zh-Hant-TW",
      "en;q=9".repeat(100),
    ]),
  "Accept-Encoding": (random) => random.pick(["gzip", "br", "identity;q=0", "*;q=0", "x", "gzip;q=x"]),
  Origin: (random, { issuer }) =>
    random.pick([
      "null",
      "https://evil.example",
      issuer,
      `${issuer}/`,
      "https://spa.example",
      "x",
      "",
      "http://[::1",
      "https://spa.example, x",
    ]),
  Referer: (random, { issuer }) => random.pick([issuer, "x", "http://[", `${issuer}/sign-in?state=x`, "data:x"]),
  "Sec-Fetch-Site": (random) => random.pick(["same-origin", "same-site", "cross-site", "none", "x", ""]),
  "Sec-Fetch-Mode": (random) => random.pick(["navigate", "cors", "no-cors", "x"]),
  "Sec-Purpose": (random) => random.pick(["prefetch", "prefetch;prerender"]),
  "User-Agent": (random) =>
    random.pick([
      "",
      "x".repeat(600),
      `Mozilla/5.0 ${"(".repeat(400)}`,
      "Mozilla/5.0 (X11; Linux) Firefox/130.0",
      markup,
      "\xff",
    ]),
  Host: (random, { issuer }) =>
    random.pick([
      issuer.replace("http://localhost", "127.0.0.1"),
      issuer.replace("http://localhost", "[::1]"),
      "",
      "evil.example",
      "localhost:1",
      "[",
      "a b",
      "localhost, evil.example",
      "127.0.0.1",
      "x".repeat(1_000),
      "\xff",
    ]),
  "X-Forwarded-For": (random) => random.pick(["1.2.3.4", "x", "1.2.3.4, ::1", ",,,", "[::1]:1", "a".repeat(5_000)]),
  "X-Forwarded-Proto": (random) => random.pick(["https", "x", "https,http"]),
  "X-Forwarded-Host": () => "evil.example",
  Forwarded: () => "for=1.2.3.4;host=evil.example;proto=https",
  "X-HTTP-Method-Override": () => "DELETE",
  "X-Middleware-Subrequest": () => "middleware:middleware:middleware:middleware:middleware",
  "X-Nextjs-Data": () => "1",
  "X-Matched-Path": () => "/flows",
  "Next-Action": (random) => random.pick(["x", "7f".repeat(20), "\xff"]),
  "Next-Router-State-Tree": (random) => random.pick(["x", "%5B%22%22%5D", "%", "[".repeat(1_000)]),
  RSC: () => "1",
  "Next-Router-Prefetch": () => "1",
  "Next-Router-Segment-Prefetch": (random) => random.pick(["/_tree", "/x", "x"]),
  "Next-Url": () => "/x",
  Expect: (random) => random.pick(["100-continue", "x"]),
  Upgrade: (random) => random.pick(["websocket", "h2c", "x"]),
  Connection: (random) =>
    random.pick(["close", "upgrade", "keep-alive", "close, content-length", "x", "close, cookie"]),
  "Transfer-Encoding": (random) =>
    random.pick(["chunked", "identity", "gzip, chunked", "x", "chunked, chunked", " chunked"]),
  "Content-Length": (random) =>
    random.pick(["0", "1", "-1", "x", "1e3", "99999999999999999999", "10000000", "+1", "1, 1", "0x10"]),
  "Content-Encoding": (random) => random.pick(["gzip", "br", "x"]),
  Range: (random) =>
    random.pick(["bytes=0-0", "bytes=5-1", "bytes=-1", "bytes=0-,0-,0-", "x", `bytes=${"0-0,".repeat(1_000)}0-0`]),
  "If-None-Match": (random) => random.pick(["*", '"x"', "x", 'W/"x"']),
  "If-Modified-Since": (random) => random.pick(["x", "Thu, 01 Jan 1970 00:00:00 GMT"]),
  "Last-Event-ID": (random) =>
    random.pick(["1", "-1", "x", "1e308", "2147483648", "9999999999999999", "9".repeat(400)]),
  "Access-Control-Request-Headers": (random) => random.pick(["x", "a,".repeat(2_000), "\xff", "authorization, x"]),
  "Access-Control-Request-Method": (random) => random.pick(["POST", "x"]),
  DPoP: (random, { proofs, values }) => random.pick([...Object.values(proofs), random.pick(values), "x", "a.b.c"]),
  traceparent: (random) => random.pick(["x", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", "\xff"]),
}

const addHeader: Mutation = (request, random, material) => {
  const name = random.pick(Object.keys(headerValues))
  const value = headerValues[name]?.(random, material) ?? ""
  if (random.chance(0.15)) request.headers.push([name, value])
  else setHeader(request, name, value)
}

const changeAuthorization: Mutation = (request, random, { values, tokens, clients }) => {
  const current =
    request.headers.find(([name]) => name === "Authorization")?.[1] ?? `Bearer ${random.pick(tokens).access}`
  const [scheme = "", credentials = ""] = current.split(" ")
  const decoded = Buffer.from(credentials, "base64").toString("latin1")
  const encodeBasic = (text: string) => `Basic ${Buffer.from(text, "latin1").toString("base64")}`
  const choices = [
    () => `${scheme} ${disturb(random, credentials)}`,
    () => `${random.pick(["bearer", "BEARER", "DPoP", "Basic", "Digest", "Negotiate", "x", ""])} ${credentials}`,
    () => `Bearer ${random.pick(values)}`,
    () => `DPoP ${random.pick(values)}`,
    () => `${scheme}  ${credentials}`,
    () => scheme,
    () => credentials,
    () => `${current}, ${current}`,
    () => encodeBasic(disturb(random, decoded)),
    () =>
      encodeBasic(random.pick(["", ":", "a", "a:", ":a", "%:%", "%00:%00", "a:b:c", "\xff:\xff", "%ff:%ff", "+:+"])),
    () => encodeBasic(`${random.pick(Object.values(clients)).clientId}:${pickHostileText(random, 3_000)}`),
    () => `Basic ${random.pick(["=", "====", "*", "a".repeat(9_000)])}`,
    () => `Bearer ${random.pick(["a".repeat(9_000), "ey.ey.ey", "..", "a.b.c.d.e", "ey".repeat(4_000)])}`,
  ]
  setHeader(request, "Authorization", random.pick(choices)())
}

const changeCookie: Mutation = (request, random, { visitors, values }) => {
  const current = request.headers.find(([name]) => name === "Cookie")?.[1] ?? random.pick(visitors).cookie
  const cookies = current.split("; ").map((one) => one.split("=") as [string, string])
  const [name = "x", value = ""] = random.pick(cookies)
  const ownPrefix = name.replace(/[a-z]+(-\w{4})?$/, "")
  const ownNames = [
    "session",
    "browser-abcd",
    "operator",
    "form",
    "language",
    "known-device",
    "accounts",
    "provider",
    "provider-flow",
  ]
  const choices = [
    () => `${current}; ${name}=${disturb(random, value)}`,
    () => current.replace(value, disturb(random, value)),
    () => current.replace(value, random.pick(values)),
    () => current.replace(value, pickHostileText(random, 3_000).replace(/[\r\n\0]/g, "")),
    () => random.pick(visitors).cookie,
    () => `${current}; ${current}`,
    () => `${ownPrefix}${random.pick(ownNames)}=${random.pick([...values, "x", "%", "%ff", '"', "a.b.c"])}; ${current}`,
    () => Array.from({ length: 300 }, (_, i) => `${ownPrefix}browser-${i}=${"a".repeat(43)}`).join("; "),
    () => random.pick(["=", ";", ";;;", "a", "=x", "__proto__=x", "x=".repeat(2_000), '"', "a=\xff"]),
  ]
  setHeader(request, "Cookie", random.pick(choices)())
}

/** A header with a hostile name or value, or a very large head. */
const addHostileHeader: Mutation = (request, random) => {
  const value = pickHostileText(random, 20_000)
  request.headers.push([
    random.pick(["X-Fuzz", "Cookie", "Accept", "x y", "", "X-\0", "X:Y", "Content-Length", "é"]),
    value,
  ])
}

const dropHeader: Mutation = (request, random) => {
  if (request.headers.length > 0) removeHeader(request, random.pick(request.headers)[0])
}

const mutations: [Mutation, weight: number][] = [
  [replaceValue, 8],
  [disturbValue, 8],
  [exchangeValue, 4],
  [removeParameter, 3],
  [repeatParameter, 3],
  [renameParameter, 2],
  [addParameter, 4],
  [moveParameters, 1],
  [changeJson, 6],
  [replaceBody, 2],
  [compressBody, 1],
  [changeContentType, 2],
  [changeMethod, 2],
  [changePath, 3],
  [addHeader, 5],
  [changeAuthorization, 3],
  [changeCookie, 4],
  [addHostileHeader, 1],
  [dropHeader, 1],
]
const weighted = mutations.flatMap(([mutation, weight]) => Array.from({ length: weight }, () => mutation))

/** Changes a valid request in none to five places. Few changes reach the checks behind the first. */
export function mutate(request: FuzzRequest, random: Random, material: Material): void {
  const count = random.pick([0, 1, 1, 1, 1, 1, 2, 2, 3, 5])
  for (let i = 0; i < count; i++) random.pick(weighted)(request, random, material)
  if (random.chance(0.02) && !hasHeader(request, "accept")) setHeader(request, "Accept", random.pick(acceptHeaders))
}
