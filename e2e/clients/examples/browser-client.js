// A public client in the browser. It has no secret: PKCE and its registered redirect URI protect it.
import * as oauth from "oauth4webapi"
import { clientId, issuer } from "./settings.js"

const client = { client_id: clientId }
const redirectUri = location.origin + location.pathname
// Plain http is only for trials on this machine.
const options = { [oauth.allowInsecureRequests]: issuer.startsWith("http:") }

/** The server's metadata. Each step awaits it, so the buttons work immediately. */
const discovery = oauth
  .discoveryRequest(new URL(issuer), options)
  .then((response) => oauth.processDiscoveryResponse(new URL(issuer), response))

/** The tokens are only in this page's memory, so that they cannot leak from a storage. */
let tokens

async function startSignIn(server) {
  const codeVerifier = oauth.generateRandomCodeVerifier()
  const state = oauth.generateRandomState()
  sessionStorage.setItem("checks", JSON.stringify({ codeVerifier, state }))
  const url = new URL(server.authorization_endpoint)
  url.search = new URLSearchParams({
    response_type: "code",
    client_id: clientId,
    redirect_uri: redirectUri,
    scope: "openid profile email offline_access",
    state,
    code_challenge: await oauth.calculatePKCECodeChallenge(codeVerifier),
    code_challenge_method: "S256",
  })
  location.assign(url)
}

async function finishSignIn(server) {
  const { codeVerifier, state } = JSON.parse(sessionStorage.getItem("checks") ?? "{}")
  sessionStorage.removeItem("checks")
  const answer = new URL(location.href)
  // Remove the code from the address first, so that neither a reload nor Back sends it again.
  history.replaceState(null, "", location.pathname)
  const parameters = oauth.validateAuthResponse(server, client, answer, state)
  const none = oauth.None()
  const args = [server, client, none, parameters, redirectUri, codeVerifier, options]
  const response = await oauth.authorizationCodeGrantRequest(...args)
  tokens = await oauth.processAuthorizationCodeResponse(server, client, response, { requireIdToken: true })
  await oauth.validateApplicationLevelSignature(server, response, options)
  await showUser(server)
}

async function showUser(server) {
  const response = await oauth.userInfoRequest(server, client, tokens.access_token, options)
  const user = await oauth.processUserInfoResponse(server, client, oauth.skipSubjectCheck, response)
  show(`${user.name ?? "Someone"}, ${user.email}, is signed in.`)
}

async function introspect() {
  const url = new URL("/introspect", issuer)
  const response = await oauth.protectedResourceRequest(tokens.access_token, "GET", url, undefined, undefined, options)
  const { scope } = await response.json()
  show(`The access token is active for ${scope}.`)
}

async function refresh(server) {
  const response = await oauth.refreshTokenGrantRequest(server, client, oauth.None(), tokens.refresh_token, options)
  tokens = { ...tokens, ...(await oauth.processRefreshTokenResponse(server, client, response)) }
  show("The tokens are new.")
}

async function signOut(server) {
  const response = await oauth.revocationRequest(server, client, oauth.None(), tokens.refresh_token, options)
  await oauth.processRevocationResponse(response)
  show("The tokens are revoked.")
}

function show(text) {
  document.querySelector("[role=status]").textContent = text
}

/** Runs a step, and shows an error: the server's when it sent one. */
async function run(step) {
  try {
    await step(await discovery)
  } catch (error) {
    show(`That did not work: ${error.error ?? error.cause?.[0]?.parameters?.error ?? error.message}`)
  }
}

const steps = { "sign-in": startSignIn, "user-info": showUser, introspect, refresh, "sign-out": signOut }
for (const [id, step] of Object.entries(steps)) document.getElementById(id).onclick = () => run(step)
if (new URL(location.href).searchParams.has("state")) await run(finishSignIn)
