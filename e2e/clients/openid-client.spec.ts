import type { Page } from "@playwright/test"
import * as oidc from "openid-client"
import type { Client } from "@/lib/data/clients"
import { testEnvironment } from "../fixtures/environment"
import { backAtClient, type ClientSite, expect, test } from "../fixtures/journey"
import { prepareAuthorization, rememberTokens } from "../fixtures/openid-client"
import { startOwnServer } from "../fixtures/own-server"
import { addBrowserSession, allow, signIn } from "../fixtures/people"
import { insertUser, registerClient, type TestClient } from "../fixtures/world"

const execute = [oidc.allowInsecureRequests, oidc.enableNonRepudiationChecks]

/** Everything that openid-client does with a client, from discovery to revocation. */
async function runThrough(
  page: Page,
  site: ClientSite,
  client: Client & { clientSecret: string | null },
  authentication: oidc.ClientAuth,
): Promise<void> {
  const user = await insertUser({ name: "Ada Lovelace" })
  const issuer = new URL(testEnvironment().issuer)
  const config = await oidc.discovery(issuer, client.clientId, undefined, authentication, { execute })
  expect(config.serverMetadata().supportsPKCE()).toBe(true)

  const { url, checks } = await prepareAuthorization(config, site)
  await page.goto(url.href)
  await signIn(page, user)
  await allow(page)
  const tokens = await oidc.authorizationCodeGrant(config, await backAtClient(page, site), checks)
  rememberTokens(tokens)
  expect(tokens.claims()).toMatchObject({ sub: user.id, aud: client.clientId, iss: testEnvironment().issuer })
  expect(tokens.expiresIn()).toBeGreaterThan(0)

  const userInfo = await oidc.fetchUserInfo(config, tokens.access_token, user.id)
  expect(userInfo).toMatchObject({ sub: user.id, name: "Ada Lovelace", email: user.email })

  const fresh = await oidc.refreshTokenGrant(config, tokens.refresh_token ?? "")
  rememberTokens(fresh)
  expect(fresh.access_token).not.toBe(tokens.access_token)
  expect(fresh.refresh_token).not.toBe(tokens.refresh_token)

  await expectActive(config, client, fresh.access_token, true)
  await oidc.tokenRevocation(config, fresh.refresh_token ?? "")
  await expectActive(config, client, fresh.access_token, false)
  await expect(oidc.refreshTokenGrant(config, fresh.refresh_token ?? "")).rejects.toMatchObject({
    error: "invalid_grant",
  })
}

/** A confidential client introspects by POST, RFC 7662; a public one asks GET /introspect with the token itself. */
async function expectActive(config: oidc.Configuration, client: Client, accessToken: string, active: boolean) {
  if (client.tokenEndpointAuthMethod !== "none") {
    const answer = await oidc.tokenIntrospection(config, accessToken)
    return expect(answer).toMatchObject(active ? { active, client_id: client.clientId } : { active })
  }
  const url = new URL("/introspect", config.serverMetadata().issuer)
  const asked = oidc.fetchProtectedResource(config, accessToken, url, "GET")
  if (active) expect(await (await asked).json()).toMatchObject({ active, client_id: client.clientId })
  else await expect(asked).rejects.toMatchObject({ status: 401 })
}

const authentications: Record<string, (client: TestClient) => oidc.ClientAuth> = {
  client_secret_basic: ({ clientSecret }) => oidc.ClientSecretBasic(clientSecret ?? ""),
  client_secret_post: ({ clientSecret }) => oidc.ClientSecretPost(clientSecret ?? ""),
  private_key_jwt: ({ privateKey }) => oidc.PrivateKeyJwt(privateKey as CryptoKey),
  none: () => oidc.None(),
}

for (const [tokenEndpointAuthMethod, authenticate] of Object.entries(authentications)) {
  test(`openid-client runs all flows with ${tokenEndpointAuthMethod}`, async ({ page, site }) => {
    const client = await registerClient({
      tokenEndpointAuthMethod,
      redirectUris: [site.redirectUri],
      firstParty: false,
    })
    await runThrough(page, site, client, authenticate(client))
  })
}

test("openid-client runs all flows with JavaScript turned off in the browser", async ({ openContext, site }) => {
  const client = await registerClient({ redirectUris: [site.redirectUri], firstParty: false })
  const page = await (await openContext({ javaScriptEnabled: false })).newPage()
  await runThrough(page, site, client, oidc.ClientSecretBasic(client.clientSecret ?? ""))
})

test("openid-client verifies an ES256 ID token where the client is registered for it, with auth_time for max_age", async ({
  context,
  page,
  site,
}) => {
  const client = await registerClient({ redirectUris: [site.redirectUri], idTokenSignedResponseAlg: "ES256" })
  const metadata = { id_token_signed_response_alg: "ES256", client_secret: client.clientSecret ?? "" }
  const issuer = new URL(testEnvironment().issuer)
  const authentication = oidc.ClientSecretBasic(client.clientSecret ?? "")
  const config = await oidc.discovery(issuer, client.clientId, metadata, authentication, { execute })
  await addBrowserSession(context, await insertUser())
  const { url, checks } = await prepareAuthorization(config, site, { max_age: "3600" })
  await page.goto(url.href)
  const tokens = await oidc.authorizationCodeGrant(config, await backAtClient(page, site), { ...checks, maxAge: 3600 })
  rememberTokens(tokens)
  expect(tokens.claims()?.auth_time).toBeGreaterThan(0)
})

test("openid-client finds the server as an OAuth 2.0 authorization server too - RFC 8414 3", async () => {
  const client = await registerClient()
  const issuer = new URL(testEnvironment().issuer)
  const config = await oidc.discovery(issuer, client.clientId, undefined, oidc.None(), { algorithm: "oauth2", execute })
  expect(config.serverMetadata()).toMatchObject({
    issuer: testEnvironment().issuer,
    authorization_response_iss_parameter_supported: true,
  })
})

test("openid-client refuses a response that names another issuer - RFC 9207 2.4", async ({ context, page, site }) => {
  const client = await registerClient({ redirectUris: [site.redirectUri] })
  const issuer = new URL(testEnvironment().issuer)
  const authentication = oidc.ClientSecretBasic(client.clientSecret ?? "")
  const config = await oidc.discovery(issuer, client.clientId, undefined, authentication, { execute })
  await addBrowserSession(context, await insertUser())
  const { url, checks } = await prepareAuthorization(config, site)
  await page.goto(url.href)
  const answer = await backAtClient(page, site)
  const mixedUp = new URL(answer)
  mixedUp.searchParams.set("iss", "https://another.example")
  await expect(oidc.authorizationCodeGrant(config, mixedUp, checks)).rejects.toMatchObject({
    cause: { message: expect.stringContaining("iss") },
  })
  rememberTokens(await oidc.authorizationCodeGrant(config, answer, checks))
})

test("openid-client gets the response by form post, signed userinfo and requested claims, and signs the user out", async ({
  context,
  page,
  site,
}) => {
  const returnUri = `${site.origin}/signed-out`
  const client = await registerClient({
    redirectUris: [site.redirectUri],
    postLogoutRedirectUris: [returnUri],
    scope: "openid profile email phone offline_access",
    userinfoSignedResponseAlg: "RS256",
  })
  const user = await insertUser({ claims: '{"phone_number":"+44 20 7946 0000"}' })
  await addBrowserSession(context, user)
  const metadata = { userinfo_signed_response_alg: "RS256", client_secret: client.clientSecret ?? "" }
  const issuer = new URL(testEnvironment().issuer)
  const config = await oidc.discovery(issuer, client.clientId, metadata, undefined, { execute })
  const claims = JSON.stringify({ userinfo: { phone_number: { essential: true } } })
  const { url, checks } = await prepareAuthorization(config, site, { response_mode: "form_post", claims })
  await page.goto(url.href)
  await backAtClient(page, site)
  const [body] = site.forms
  const response = new Request(site.redirectUri, { method: "POST", body })
  const tokens = await oidc.authorizationCodeGrant(config, response, checks)
  rememberTokens(tokens)
  const userInfo = await oidc.fetchUserInfo(config, tokens.access_token, user.id)
  expect(userInfo).toMatchObject({ sub: user.id, email: user.email, phone_number: "+44 20 7946 0000" })

  const hint = { id_token_hint: tokens.id_token ?? "", post_logout_redirect_uri: returnUri, state: "s" }
  await page.goto(oidc.buildEndSessionUrl(config, hint).href)
  await page.waitForURL(`${returnUri}?state=s`)
  await page.goto((await prepareAuthorization(config, site)).url.href)
  await expect(page.getByRole("heading", { name: "Sign in" })).toBeVisible()
})

/** Discovery for a client that authenticates with its key. */
function discoverWithKey(client: TestClient): Promise<oidc.Configuration> {
  const issuer = new URL(testEnvironment().issuer)
  const authentication = authentications.private_key_jwt?.(client)
  return oidc.discovery(issuer, client.clientId, undefined, authentication, { execute })
}

test("openid-client pushes its authorization request where the client must", async ({ context, page, site }) => {
  const client = await registerClient({
    redirectUris: [site.redirectUri],
    requirePushedRequests: true,
    tokenEndpointAuthMethod: "private_key_jwt",
  })
  await addBrowserSession(context, await insertUser())
  const config = await discoverWithKey(client)
  const { url, checks } = await prepareAuthorization(config, site)
  await page.goto((await oidc.buildAuthorizationUrlWithPAR(config, url.searchParams)).href)
  rememberTokens(await oidc.authorizationCodeGrant(config, await backAtClient(page, site), checks))
})

test("openid-client signs its authorization request", async ({ context, page, site }) => {
  const client = await registerClient({
    redirectUris: [site.redirectUri],
    tokenEndpointAuthMethod: "private_key_jwt",
  })
  await addBrowserSession(context, await insertUser())
  const config = await discoverWithKey(client)
  const { url, checks } = await prepareAuthorization(config, site)
  if (!client.privateKey) throw new Error("The client has no key.")
  await page.goto((await oidc.buildAuthorizationUrlWithJAR(config, url.searchParams, client.privateKey)).href)
  rememberTokens(await oidc.authorizationCodeGrant(config, await backAtClient(page, site), checks))
})

test("openid-client gets and uses tokens that are bound to its key", async ({ context, page, site }) => {
  const strict = await startOwnServer({ DPOP_NONCE: "on" })
  try {
    const client = await registerClient({ redirectUris: [site.redirectUri], tokenEndpointAuthMethod: "none" })
    const user = await insertUser()
    const config = await oidc.discovery(new URL(strict.baseUrl), client.clientId, undefined, oidc.None(), { execute })
    const DPoP = oidc.getDPoPHandle(config, await oidc.randomDPoPKeyPair())
    const { url, checks } = await prepareAuthorization(config, site)
    await addBrowserSession(context, user, strict.baseUrl)
    await page.goto((await oidc.buildAuthorizationUrlWithPAR(config, url.searchParams, { DPoP })).href)
    const tokens = await oidc.authorizationCodeGrant(config, await backAtClient(page, site), checks, undefined, {
      DPoP,
    })
    rememberTokens(tokens)
    expect(tokens.token_type).toBe("dpop")
    const fresh = await oidc.refreshTokenGrant(config, tokens.refresh_token ?? "", undefined, { DPoP })
    rememberTokens(fresh)
    const info = await oidc.fetchUserInfo(config, fresh.access_token, user.id, { DPoP })
    expect(info).toMatchObject({ sub: user.id })
  } finally {
    await strict.stop()
  }
})
