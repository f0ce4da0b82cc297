import * as oauth from "oauth4webapi"
import { testEnvironment } from "../fixtures/environment"
import { runCli, runInTerminal } from "../fixtures/example"
import { backAtClient, beginAtClient, expect, test } from "../fixtures/journey"
import { addBrowserSession, allow, signIn } from "../fixtures/people"
import { query } from "../fixtures/rows"
import { remember } from "../fixtures/secrets"
import { insertUser, isActive, registerClient } from "../fixtures/world"

/** Registers the client as docs/clients/native-app.md says, runs the program, and waits until it prints its URL. */
async function startNativeApp() {
  const args = ["--name", "My command", "--public", "--redirect-uri", "http://127.0.0.1/callback"]
  const { client_id } = await runCli<{ client_id: string }>("client", "create", ...args)
  // The program starts slowly on a busy machine.
  test.setTimeout(120_000)
  // Without a PATH, the program finds no browser to open.
  const app = runInTerminal("native-app.ts", { CLIENT_ID: client_id, PATH: "" })
  await expect.poll(app.output, { timeout: 60_000 }).toMatch(/Sign in at \S+\n/)
  return { app, clientId: client_id, url: new URL(/Sign in at (\S+)/.exec(app.output())?.[1] ?? "") }
}

test("the native app signs its user in in the browser, calls userinfo, refreshes and signs out, with tokens bound to its key", async ({
  page,
}) => {
  const { app, clientId, url } = await startNativeApp()
  try {
    const user = await insertUser()
    await page.goto(url.href)
    await signIn(page, user)
    await allow(page)
    await expect(page.getByText("You can close this page.")).toBeVisible()
    expect(await app.exitCode, app.output()).toBe(0)
    for (const line of [
      `${user.email} is signed in.`,
      `The tokens of ${user.email} are new.`,
      `${user.email} is signed out.`,
    ]) {
      expect(app.output()).toContain(line)
    }
    const sessions = await query(`SELECT "rotations", "revokedReason", "dpopJkt" FROM "Session" WHERE "clientId" = ?`, [
      clientId,
    ])
    expect(sessions).toEqual([
      { rotations: 1, revokedReason: "revoked_by_client", dpopJkt: expect.stringMatching(/^[\w-]{43}$/) },
    ])
  } finally {
    app.stop()
  }
})

test("the native app refuses a response that it did not ask for - RFC 9700 4.7", async () => {
  const { app, url } = await startNativeApp()
  try {
    const planted = new URLSearchParams({ code: "planted", state: "planted", iss: testEnvironment().issuer })
    await fetch(`${url.searchParams.get("redirect_uri")}?${planted}`)
    expect(await app.exitCode).toBe(1)
    expect(app.output()).toContain('unexpected "state" response parameter value')
  } finally {
    app.stop()
  }
})

const options = { [oauth.allowInsecureRequests]: true }

test("oauth4webapi runs all flows as a native client, at a loopback port chosen at run time - RFC 8252 7.3", async ({
  page,
  site,
}) => {
  const user = await insertUser({ name: "Ada Lovelace" })
  const { clientId } = await registerClient({
    tokenEndpointAuthMethod: "none",
    redirectUris: ["http://127.0.0.1/callback"],
    firstParty: false,
  })
  const client: oauth.Client = { client_id: clientId }
  const issuer = new URL(testEnvironment().issuer)
  const server = await oauth.processDiscoveryResponse(issuer, await oauth.discoveryRequest(issuer, options))

  const codeVerifier = remember(oauth.generateRandomCodeVerifier())
  const state = oauth.generateRandomState()
  const nonce = oauth.generateRandomNonce()
  const url = new URL(server.authorization_endpoint ?? "")
  url.search = new URLSearchParams({
    response_type: "code",
    client_id: clientId,
    redirect_uri: site.redirectUri,
    scope: "openid email offline_access",
    code_challenge: await oauth.calculatePKCECodeChallenge(codeVerifier),
    code_challenge_method: "S256",
    state,
    nonce,
  }).toString()
  await page.goto(url.href)
  await signIn(page, user)
  await expect(page.getByText(`You'll be sent back to ${new URL(site.origin).host}`)).toBeVisible()
  await allow(page)

  const answer = await backAtClient(page, site)
  const parameters = oauth.validateAuthResponse(server, client, answer, state)
  const response = await oauth.authorizationCodeGrantRequest(
    server,
    client,
    oauth.None(),
    parameters,
    site.redirectUri,
    codeVerifier,
    options,
  )
  const tokens = await oauth.processAuthorizationCodeResponse(server, client, response, { expectedNonce: nonce })
  await oauth.validateApplicationLevelSignature(server, response, options)
  expect(oauth.getValidatedIdTokenClaims(tokens)?.sub).toBe(user.id)

  const asked = await oauth.refreshTokenGrantRequest(server, client, oauth.None(), tokens.refresh_token ?? "", options)
  const fresh = await oauth.processRefreshTokenResponse(server, client, asked)
  for (const { access_token, refresh_token, id_token } of [tokens, fresh]) {
    for (const token of [access_token, refresh_token, id_token]) remember(token)
  }

  const userInfo = await oauth.userInfoRequest(server, client, fresh.access_token, options)
  expect(await oauth.processUserInfoResponse(server, client, user.id, userInfo)).toEqual({
    sub: user.id,
    email: user.email,
  })
  await oauth.processRevocationResponse(
    await oauth.revocationRequest(server, client, oauth.None(), fresh.refresh_token ?? "", options),
  )
  expect(await isActive(fresh.access_token)).toBe(false)
})

test("the consent for a native client is asked each time: any program can listen at a loopback port - RFC 8252 8.6", async ({
  context,
  page,
  site,
}) => {
  const native = await registerClient({
    tokenEndpointAuthMethod: "none",
    redirectUris: ["http://127.0.0.1/callback"],
    firstParty: false,
  })
  await addBrowserSession(context, await insertUser())
  for (let i = 1; i <= 2; i++) {
    await beginAtClient(page, native, { redirect_uri: site.redirectUri })
    await allow(page)
    await backAtClient(page, site)
    expect(site.answers).toHaveLength(i)
  }
})

test("a redirect URI that is not on the loopback interface keeps its port - RFC 8252 7.3", async ({ page }) => {
  const { clientId } = await registerClient({
    tokenEndpointAuthMethod: "none",
    redirectUris: ["https://client.example:8443/callback"],
  })
  const query = new URLSearchParams({ client_id: clientId, redirect_uri: "https://client.example:9443/callback" })
  const response = await page.goto(`${testEnvironment().issuer}/authorize?${query}`)
  expect(response?.status()).toBe(400)
  await expect(page.getByRole("heading", { name: "This sign-in link doesn't work" })).toBeVisible()
})
