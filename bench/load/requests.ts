import { createHash, randomBytes } from "node:crypto"
import type { Target, TokenFormat } from "../targets/target"
import { type Caller, secretCaller } from "./callers"
import type { Answer, Connection } from "./connection"

export type Tokens = { accessToken: string; refreshToken: string }
type Pkce = { verifier: string; challenge: string }

/** The redirect URI of the client. No request is sent there. */
export const redirectUri = "https://client.example/cb"
/** The resource (RFC 8707) that makes peers issue JWT instead of opaque access tokens. */
export const resource = "https://api.example/"

/** The bytes of a GET. @param headers whole lines, each with its CRLF */
export function buildGet(target: Target, path: string, headers = ""): Buffer {
  return Buffer.from(`GET ${path} HTTP/1.1\r\nHost: 127.0.0.1:${target.port}\r\n${headers}\r\n`, "latin1")
}

/** The bytes of a form POST by the client. @param fields URL-encoded ASCII */
export function buildPost(target: Target, path: string, fields: string, caller = secretCaller(target)): Buffer {
  const credentials = caller.nextCredentials()
  const form = fields + credentials.form
  const head =
    `POST ${path} HTTP/1.1\r\nHost: 127.0.0.1:${target.port}\r\n${credentials.headers}` +
    `Content-Type: application/x-www-form-urlencoded\r\nContent-Length: ${form.length}\r\n\r\n`
  return Buffer.from(head + form, "latin1")
}

/** @throws Error with the response when it has another status */
export function expectStatus(target: Target, answer: Answer, status: number): void {
  if (answer.status === status) return
  throw new Error(`${target.label}: ${status} expected, not ${answer.status} ${answer.location ?? ""}\n${answer.body}`)
}

// Computed before the timing starts: these pairs are the client's work, not the server's.
const pairs: Pkce[] = Array.from({ length: 64 }, () => {
  const verifier = randomBytes(32).toString("base64url")
  return { verifier, challenge: createHash("sha256").update(verifier).digest("base64url") }
})

/** The parameter that requests JWT access tokens from a server with both formats. */
const resourceParameter = (target: Target, format: TokenFormat) =>
  target.formats.length > 1 && format === "jwt" ? `&resource=${encodeURIComponent(resource)}` : ""

/**
 * Prepares the code flow of the signed-in user.
 * @returns a function that runs one flow on a connection: GET /authorize, the server's own redirects, POST /token
 */
export function prepareFlow(
  target: Target,
  format: TokenFormat,
  caller: Caller = secretCaller(target),
): (connection: Connection) => Promise<Tokens> {
  const extra = resourceParameter(target, format)
  const uri = encodeURIComponent(redirectUri)
  // A browser's headers. A server may use them to recognize a page visit.
  const headers = `Cookie: ${target.cookie}\r\nAccept: text/html\r\nSec-Fetch-Mode: navigate\r\n`
  const prepared = pairs.map(({ verifier, challenge }) => ({
    verifier,
    authorize: buildGet(
      target,
      `${target.paths.authorize}?client_id=${caller.clientId}&redirect_uri=${uri}&response_type=code&state=bench` +
        `&scope=${target.scope}&code_challenge=${challenge}&code_challenge_method=S256${extra}`,
      headers,
    ),
  }))
  let turn = 0
  return async (connection) => {
    const { verifier, authorize } = prepared[turn++ % prepared.length] as (typeof prepared)[number]
    const code = await followToCode(target, connection, await connection.send(authorize), headers)
    const form = `grant_type=authorization_code&code=${code}&code_verifier=${verifier}&redirect_uri=${uri}${extra}`
    const tokens = readTokens(target, await connection.send(buildPost(target, target.paths.token, form, caller)))
    if (!tokens.withIdToken) throw new Error(`${target.label}: no ID token`)
    return tokens
  }
}

async function followToCode(target: Target, connection: Connection, first: Answer, headers: string): Promise<string> {
  let answer = first
  for (let hops = 0; hops < 5; hops++) {
    const { status, location } = answer
    if ((status !== 302 && status !== 303) || !location) break
    if (location.startsWith(redirectUri)) {
      const code = /[?&]code=([^&]+)/.exec(location)?.[1]
      if (code) return code
      break
    }
    const { pathname, search } = new URL(location, `http://127.0.0.1:${target.port}`)
    answer = await connection.send(buildGet(target, pathname + search, headers))
  }
  throw new Error(
    `${target.label}: no code but ${answer.status} ${answer.location ?? ""}\n${answer.body.slice(0, 500)}`,
  )
}

const accessTokenField = /"access_token": ?"([^"]+)"/
const refreshTokenField = /"refresh_token": ?"([^"]+)"/

/** Parses a token response. @throws Error when it is not one, or has no refresh token */
export function readTokens(target: Target, answer: Answer): Tokens & { withIdToken: boolean; isBound: boolean } {
  expectStatus(target, answer, 200)
  const accessToken = accessTokenField.exec(answer.body)?.[1]
  const refreshToken = refreshTokenField.exec(answer.body)?.[1]
  if (!accessToken || !refreshToken) throw new Error(`${target.label}: tokens are missing\n${answer.body}`)
  const isBound = /"token_type": ?"DPoP"/.test(answer.body)
  return { accessToken, refreshToken, withIdToken: answer.body.includes('"id_token"'), isBound }
}

/** The bytes of a refresh request. */
export function buildRefresh(
  target: Target,
  format: TokenFormat,
  refreshToken: string,
  caller = secretCaller(target),
): Buffer {
  const scope = target.refreshScope && `&scope=${target.refreshScope}`
  const form = `grant_type=refresh_token&refresh_token=${refreshToken}${scope}${resourceParameter(target, format)}`
  return buildPost(target, target.paths.token, form, caller)
}
