// A confidential web client: people sign in at the server, and the tokens stay in this program.
// ISSUER=http://localhost:3000 CLIENT_ID=... CLIENT_SECRET=... PORT=8080 npx tsx web-client.ts
import { randomUUID } from "node:crypto"
import { createServer } from "node:http"
import * as oidc from "openid-client"

const { ISSUER = "http://localhost:3000", CLIENT_ID = "", CLIENT_SECRET = "", PORT = "8080" } = process.env
const origin = `http://localhost:${PORT}`

const config = await oidc.discovery(new URL(ISSUER), CLIENT_ID, undefined, oidc.ClientSecretBasic(CLIENT_SECRET), {
  // Plain http is only for trials on this machine. The other one verifies the ID token's signature.
  execute: [oidc.enableNonRepudiationChecks, ...(ISSUER.startsWith("http:") ? [oidc.allowInsecureRequests] : [])],
})

/** The data of each browser, by its cookie. A real client keeps it in its database. */
type Visitor = {
  checks?: { pkceCodeVerifier: string; expectedState: string }
  signedIn?: { sub: string; accessToken: string; refreshToken: string }
}
const visitors = new Map<string, Visitor>()

async function startSignIn(visitor: Visitor): Promise<URL> {
  const checks = { pkceCodeVerifier: oidc.randomPKCECodeVerifier(), expectedState: oidc.randomState() }
  visitor.checks = checks
  return oidc.buildAuthorizationUrl(config, {
    redirect_uri: `${origin}/callback`,
    scope: "openid profile email offline_access",
    state: checks.expectedState,
    code_challenge: await oidc.calculatePKCECodeChallenge(checks.pkceCodeVerifier),
    code_challenge_method: "S256",
  })
}

async function finishSignIn(visitor: Visitor, answer: URL): Promise<void> {
  const tokens = await oidc.authorizationCodeGrant(config, answer, { ...visitor.checks, idTokenExpected: true })
  const { access_token: accessToken, refresh_token: refreshToken = "" } = tokens
  visitor.signedIn = { sub: tokens.claims()?.sub ?? "", accessToken, refreshToken }
  visitor.checks = undefined
}

async function refresh({ signedIn }: Visitor): Promise<void> {
  if (!signedIn) return
  const tokens = await oidc.refreshTokenGrant(config, signedIn.refreshToken)
  signedIn.accessToken = tokens.access_token
  signedIn.refreshToken = tokens.refresh_token ?? signedIn.refreshToken
}

async function signOut(visitor: Visitor): Promise<void> {
  if (visitor.signedIn) await oidc.tokenRevocation(config, visitor.signedIn.refreshToken)
  visitor.signedIn = undefined
}

async function describeVisitor({ signedIn }: Visitor): Promise<string> {
  if (!signedIn) return "No one is signed in."
  const { active } = await oidc.tokenIntrospection(config, signedIn.accessToken)
  if (!active) return "The session has ended."
  const { name, email } = await oidc.fetchUserInfo(config, signedIn.accessToken, signedIn.sub)
  return `${name ?? "Someone"}, ${email}, is signed in.`
}

const escapeHtml = (text: string) => text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`)
const page = (text: string) => `<!doctype html><html lang="en"><title>Web client</title><p>${escapeHtml(text)}</p>
<a href="/sign-in">Sign in</a>
<form method="post"><button formaction="/refresh">Refresh</button><button formaction="/sign-out">Sign out</button></form>`

createServer(async (request, response) => {
  const url = new URL(request.url ?? "/", origin)
  const cookie = /(?:^|; )web-client=([^;]+)/.exec(request.headers.cookie ?? "")?.[1] ?? ""
  const visitor = visitors.get(cookie) ?? {}
  const go = (location: string) => response.writeHead(303, { Location: location }).end()
  const routes: Record<string, () => Promise<unknown>> = {
    "GET /": async () => response.end(page(await describeVisitor(visitor))),
    "GET /sign-in": async () => go((await startSignIn(visitor)).href),
    "GET /callback": () => finishSignIn(visitor, url).then(() => go("/")),
    "POST /refresh": () => refresh(visitor).then(() => go("/")),
    "POST /sign-out": () => signOut(visitor).then(() => go("/")),
  }
  response.setHeader("Content-Type", "text/html; charset=utf-8")
  // A new value before and after sign-in, so that a cookie set by an attacker is not signed in.
  if (url.pathname === "/sign-in" || url.pathname === "/callback") {
    const renewed = randomUUID()
    visitors.delete(cookie)
    visitors.set(renewed, visitor)
    response.setHeader("Set-Cookie", `web-client=${renewed}; Path=/; HttpOnly; SameSite=Lax`)
  }
  try {
    await (routes[`${request.method} ${url.pathname}`] ?? (async () => response.writeHead(404).end()))()
  } catch (error) {
    const reason = error instanceof oidc.AuthorizationResponseError ? error.error : String(error)
    response.writeHead(400).end(page(`That did not work: ${reason}`))
  }
}).listen(Number(PORT), () => console.log(`The web client is ready at ${origin}`))
