// A program on its user's machine: it opens the browser, which comes back to a free port of the loopback interface.
// CLIENT_ID=... npx tsx e2e/clients/examples/native-app.ts
import { spawn } from "node:child_process"
import { once } from "node:events"
import { createServer } from "node:http"
import type { AddressInfo } from "node:net"
import * as oidc from "openid-client"

const { ISSUER = "http://localhost:3000", CLIENT_ID = "" } = process.env
const execute = ISSUER.startsWith("http:") ? [oidc.allowInsecureRequests] : []
const config = await oidc.discovery(new URL(ISSUER), CLIENT_ID, undefined, oidc.None(), { execute })
const DPoP = oidc.getDPoPHandle(config, await oidc.randomDPoPKeyPair())

const server = createServer().listen(0, "127.0.0.1")
await once(server, "listening")
const redirectUri = `http://127.0.0.1:${(server.address() as AddressInfo).port}/callback`

const checks = { pkceCodeVerifier: oidc.randomPKCECodeVerifier(), expectedState: oidc.randomState() }
const url = oidc.buildAuthorizationUrl(config, {
  redirect_uri: redirectUri,
  scope: "openid email offline_access",
  state: checks.expectedState,
  code_challenge: await oidc.calculatePKCECodeChallenge(checks.pkceCodeVerifier),
  code_challenge_method: "S256",
})
const opener = { darwin: "open", win32: "explorer" }[process.platform as string] ?? "xdg-open"
console.log(`Sign in at ${url.href}`)
// Without a browser here, the user opens the printed URL.
spawn(opener, [url.href], { stdio: "ignore" })
  .on("error", () => undefined)
  .unref()

const answer = await new Promise<URL>((resolve) => {
  server.on("request", (request, response) => {
    const requested = new URL(request.url ?? "/", redirectUri)
    if (requested.pathname !== "/callback") return response.writeHead(404).end()
    response.setHeader("Connection", "close").end("You can close this page.", () => resolve(requested))
  })
})
server.close()

const tokens = await oidc.authorizationCodeGrant(config, answer, checks, undefined, { DPoP })
const user = await oidc.fetchUserInfo(config, tokens.access_token, tokens.claims()?.sub ?? "", { DPoP })
console.log(`${user.email} is signed in.`)

const renewed = await oidc.refreshTokenGrant(config, tokens.refresh_token ?? "", undefined, { DPoP })
const { email } = await oidc.fetchUserInfo(config, renewed.access_token, user.sub, { DPoP })
console.log(`The tokens of ${email} are new.`)

await oidc.tokenRevocation(config, renewed.refresh_token ?? "")
console.log(`${email} is signed out.`)
