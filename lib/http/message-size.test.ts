import { randomBytes, randomInt } from "node:crypto"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { GET as authorize, POST as postAuthorize } from "@/app/(oauth)/authorize/route"
import { GET as callback } from "@/app/(oauth)/callback/route"
import type { Client } from "@/lib/data/clients"
import type { User } from "@/lib/data/users"
import { ensureSigningKeys } from "@/lib/keys/signing-keys"
import { generateToken } from "@/lib/protocol/random"
import { startBrowserSession } from "@/lib/sessions/browser-sessions"
import { openTestDatabase, type TestDatabase } from "@/lib/testing/database"
import { storeClient, storeUser } from "@/lib/testing/rows"
import type { EndpointRequest, EndpointResponse } from "./exchange"
import { showFormAgain } from "./form-result"

// Proxies refuse more than 4 KB (docs/decisions/021), so this looks for the largest request line and the largest headers
// that a request within the limits can lead to, under the longest issuer that a domain name allows.

const maxBytes = 4096
/** What Node adds to the headers of an answer: Date, Connection, Keep-Alive, Content-Length. */
const nodeHeaders = 130
const limits = { parameters: 3328, sealed: 1792, state: 1536, redirectUri: 512 }

const label = "l".repeat(63)
const issuer = `https://${[label, label, label, "l".repeat(57)].join(".")}.tld:65535`
const redirectUri = `https://client.example/${"r".repeat(limits.redirectUri - "https://client.example/".length)}`
const longApp = `com.example.app:/${randomBytes(400)
  .toString("base64url")
  .slice(0, 512 - 17)}`

let opened: TestDatabase
let client: Client
let user: User
beforeAll(async () => {
  opened = await openTestDatabase("sqlite", { ISSUER: issuer, LOG_LEVEL: "silent" })
  await ensureSigningKeys()
  const redirectUris = [redirectUri, longApp, "https://client.example/callback"]
  client = await storeClient({
    firstParty: true,
    redirectUris,
    scope: ["openid", "email", "profile", "groups", "offline_access"],
  })
  user = await storeUser()
})
afterAll(() => opened.drop())

/** Texts that cannot be compressed: each character is as likely as another. */
const alphabets: Record<string, () => string> = {
  "base64url characters": () => pick("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"),
  "characters that need no encoding": () => pick("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.* "),
  "printable characters": () => String.fromCharCode(randomInt(0x20, 0x7f)),
  quotes: () => pick("\"\\%'"),
  "characters of two bytes": () => String.fromCharCode(randomInt(0xa1, 0x800)),
  "Chinese characters": () => String.fromCharCode(randomInt(0x4e00, 0x9fff)),
  emoji: () => String.fromCodePoint(randomInt(0x1f300, 0x1f900)),
}
const pick = (characters: string) => characters[randomInt(characters.length)] ?? ""

const encodedLength = (value: string) => new URLSearchParams([["", value]]).toString().length - 1

/** A text of as many characters as fit, form-encoded. */
function fill(length: number, next: () => string): string {
  let text = ""
  for (let left = length; left > 0; ) {
    const character = next()
    const size = encodedLength(character)
    text += size <= left ? character : "x"
    left -= size <= left ? size : 1
  }
  return text
}

/** A value of the claim groups of as many characters as fit, with what the state token has around it. */
function fillValue(length: number, next: () => string): string {
  const sealed = (text: string) => JSON.stringify({ userinfo: { groups: [text] }, id_token: {} })
  const left = (text: string) => length - encodedLength(sealed(text))
  let text = ""
  for (let longer = next(); left(longer) >= 0; longer += next()) text = longer
  return text + "x".repeat(left(text))
}

const wellFormed = {
  response_type: "code",
  code_challenge: randomBytes(32).toString("base64url"),
  code_challenge_method: "S256",
  prompt: "login consent select_account",
  max_age: "999999999",
  scope: "openid",
}

type Values = Record<string, string | string[]>

function toQuery(values: Values): URLSearchParams {
  const pairs = Object.entries({ client_id: client.clientId, ...wellFormed, ...values })
  return new URLSearchParams(pairs.flatMap(([name, value]) => [value].flat().map((single) => [name, single])))
}

/** What the limit of sealed values leaves beside a redirect URI and the scope openid: each value counts for one more. */
const room = (uri: string, values: number) => limits.sealed - encodedLength(uri) - "openid".length - (5 + values - 1)

/** The largest requests of each kind within the limits. */
function largestRequests(next: () => string): Record<string, Values> {
  const short = "https://client.example/callback"
  const all = room(short, 1)
  const rest = all - limits.state
  const address = (length: number) => `${fill(length - 6, () => pick("abcdefghijklmnopqrstuvwxyz0123456789"))}@x.y`
  return {
    state: { redirect_uri: short, state: fill(limits.state, next), nonce: fill(rest, next) },
    nonce: { redirect_uri: short, nonce: fill(all, next) },
    "login_hint and state": {
      redirect_uri: short,
      login_hint: address(250),
      state: fill(all - encodedLength(address(250)), next),
    },
    "dpop_jkt and state": {
      redirect_uri: short,
      dpop_jkt: fill(43, alphabets["base64url characters"] ?? next),
      state: fill(limits.state, next),
      nonce: fill(rest - "dpopJkt".length - 43 - 2, next),
    },
    "values in claims": {
      redirect_uri: short,
      claims: JSON.stringify({ userinfo: { groups: { values: [fillValue(all - "groups".length - 2, next)] } } }),
    },
    "many resources": {
      redirect_uri: short,
      resource: Array.from(
        { length: 8 },
        () =>
          `https://r.example/${fill(Math.floor((all - 8) / 8) - encodedLength("https://r.example/"), alphabets["base64url characters"] ?? next)}`,
      ),
    },
    "a long redirect_uri": { redirect_uri: redirectUri, state: fill(room(redirectUri, 1), next) },
    "a long redirect_uri of an app": { redirect_uri: longApp, state: fill(room(longApp, 1), next) },
  }
}

const session = async () => (await startBrowserSession(user.id, null, new Date(Date.now() + 1000))).token

function makeRequest(path: string, query: string, cookies: Record<string, string> = {}): EndpointRequest {
  const cookie = Object.entries(cookies).map(([name, value]) => `__Host-oauth-flow-${name}=${value}`)
  return {
    clientAddress: () => "192.0.2.1",
    path,
    query,
    header: (name) => (name === "cookie" ? cookie.join("; ") : null),
    readBody: async () => null,
  }
}

function requestLineSize(pathAndQuery: string): number {
  return Buffer.byteLength(`GET ${pathAndQuery} HTTP/1.1\r\n`)
}

function headersSize({ status, headers, cookies = [] }: EndpointResponse): number {
  const all = [...Object.entries(headers), ...cookies.map((cookie) => ["Set-Cookie", cookie])]
  const lines = all.map(([name, value]) => `${name}: ${value}\r\n`)
  return Buffer.byteLength(`HTTP/1.1 ${status} See Other\r\n${lines.join("")}\r\n`) + nodeHeaders
}

/** The answer to a refused sign-up form with the longest values that can be typed. @param search with the state token */
function showLargestForm(search: string): Promise<EndpointResponse> {
  const values = { email: "\u20ac".repeat(84), name: "\u{1f600}".repeat(80) }
  const errors = { password: "problems.passwordOneCharacter" } as const
  return showFormAgain("/sign-up", new URLSearchParams(search).get("state"), { values, errors })
}

const locationOf = ({ headers }: EndpointResponse) => headers.Location ?? ""
const expectSmall = (what: string, bytes: number) => expect(bytes, what).toBeLessThan(maxBytes)

describe.each(Object.entries(alphabets))("the largest requests of %s", (_, next) => {
  test("stay under 4 KB, from /authorize to the client", async () => {
    for (const [kind, values] of Object.entries(largestRequests(next))) {
      const query = toQuery(values).toString()
      expectSmall("GET /authorize", requestLineSize(`/authorize?${query}`))
      const browser = generateToken()
      const toSignIn = await authorize.handle(makeRequest("/authorize", query, { "browser-test": browser }))
      expect(locationOf(toSignIn), kind).toContain("/sign-in?state=")
      expectSmall("the redirect to /sign-in", headersSize(toSignIn))
      const state = new URL(locationOf(toSignIn)).search
      expectSmall("GET /sign-in", requestLineSize(`/sign-in${state}`))
      expectSmall("GET /callback", requestLineSize(`/callback${state}`))
      expectSmall("a form that is shown again", headersSize(await showLargestForm(state)))

      const answer = await callback.handle(
        makeRequest("/callback", state.slice(1), { "browser-test": browser, session: await session() }),
      )
      expect(locationOf(answer), `${kind}: ${locationOf(answer)}`).toContain("code=")
      expectSmall("the redirect to the client", headersSize(answer))
      if (values.state) expect(new URL(locationOf(answer)).searchParams.get("state")).toBe(values.state)
    }
  })

  test("are refused when they are one character longer, with the unchanged state and under 4 KB", async () => {
    for (const [kind, values] of Object.entries(largestRequests(next))) {
      const longest = "state" in values ? "state" : "nonce"
      const query = toQuery({ ...values, [longest]: `${values[longest] ?? fill(40, next)}x` }).toString()
      const answer = await authorize.handle(makeRequest("/authorize", query))
      expect(locationOf(answer), kind).toContain("error=invalid_request&error_description=The+parameter")
      expectSmall("an error to the client", headersSize(answer))
    }
  })
})

test("the largest query has 3,328 characters: a longer one is an error for the client, by GET and POST", async () => {
  const values = { redirect_uri: redirectUri, state: fill(1000, () => pick("abc%")) }
  const padding = limits.parameters - toQuery({ ...values, unknown: "" }).toString().length
  const query = toQuery({ ...values, unknown: "x".repeat(padding) }).toString()
  expectSmall("GET /authorize", requestLineSize(`/authorize?${query}`))
  const fits = await authorize.handle(makeRequest("/authorize", query))
  expect(locationOf(fits)).toContain("/sign-in?state=")

  const post = (body: string) =>
    postAuthorize.handle({
      clientAddress: () => "192.0.2.1",
      path: "/authorize",
      query: "",
      header: (name) =>
        ({ "content-type": "application/x-www-form-urlencoded", "sec-fetch-site": "cross-site" })[name] ?? null,
      readBody: async () => Buffer.from(body),
    })
  const again = await post(query)
  expect(locationOf(again)).toBe(`${issuer}/authorize?${query}`)
  expectSmall("the redirect to GET /authorize", headersSize(again))

  for (const tooLong of [await authorize.handle(makeRequest("/authorize", `${query}x`)), await post(`${query}x`)]) {
    expect(new URL(locationOf(tooLong)).searchParams.get("error")).toBe("invalid_request")
    expect(new URL(locationOf(tooLong)).searchParams.get("state")).toBe(values.state)
    expectSmall("an error to the client", headersSize(tooLong))
  }
})

test("no description of an error makes an answer too long", async () => {
  const state = fill(limits.state, () => pick("%&+"))
  const scope = Array.from({ length: 20 }, () => fill(60, () => pick("%&'()+/"))).join(" ")
  const faults: Values[] = [{ scope }, { ["%".repeat(200)]: ["1", "2"] }, { max_age: "x" }, { response_mode: "x" }]
  for (const changes of faults) {
    const answer = await authorize.handle(
      makeRequest("/authorize", toQuery({ redirect_uri: redirectUri, state, ...changes }).toString()),
    )
    expectSmall("an error to the client", headersSize(answer))
  }
})
