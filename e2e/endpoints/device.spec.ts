import { deviceCodeGrant } from "@/lib/sessions/device-code"
import { expectErrorPage } from "../fixtures/authorization"
import { testEnvironment } from "../fixtures/environment"
import { postPage, postForm as sendForm } from "../fixtures/forms"
import { startInstance } from "../fixtures/instances"
import { changeDeviceCode } from "../fixtures/rows"
import { remember } from "../fixtures/secrets"
import {
  expect,
  expectOAuthError,
  flowIdOf,
  insertUser,
  isActive,
  locationOf,
  openBrowser,
  postForm,
  readTokens,
  registerClient,
  type TestBrowser,
  type TestClient,
  type TestUser,
  test,
} from "../fixtures/world"

type Codes = { device_code: string; user_code: string; verification_uri: string; verification_uri_complete: string }

const device = (metadata: Parameters<typeof registerClient>[0] = {}) =>
  registerClient({
    redirectUris: [],
    grantTypes: [deviceCodeGrant, "refresh_token"],
    tokenEndpointAuthMethod: "none",
    ...metadata,
  })

const request = (client: TestClient, form: Record<string, string> = {}) =>
  postForm("/device_authorization", client, form)

async function readCodes(response: Response): Promise<Codes & Record<string, unknown>> {
  const codes = await response.json()
  expect(response.status, JSON.stringify(codes)).toBe(200)
  remember(codes.device_code)
  return codes
}

const poll = (client: TestClient, { device_code }: Codes) =>
  postForm("/token", client, { grant_type: deviceCodeGrant, device_code })

/** Enters a user code and follows to the consent page. @returns its path */
async function enter(browser: TestBrowser, userCode: string): Promise<string> {
  const { pathname, search } = locationOf(await postPage(browser, "/device", { user_code: userCode }))
  return pathname + search
}

/** Decides on the consent page. @returns the path of the page at the end */
async function decide(browser: TestBrowser, user: TestUser, codes: Codes, button: string): Promise<string> {
  const consent = await enter(browser, codes.user_code)
  expect(consent).toContain("/consent?")
  const decided = locationOf(await postPage(browser, consent, {}, { button }))
  const end = locationOf(await browser.fetch(decided.pathname + decided.search))
  expect(end.searchParams.has("code"), user.email).toBe(false)
  return end.pathname + end.search
}

test("a device gets tokens once its user has allowed it - RFC 8628 3.1, 3.2, 3.4, 3.5", async () => {
  for (const tokenEndpointAuthMethod of ["none", "client_secret_basic"]) {
    const client = await device({ tokenEndpointAuthMethod, firstParty: true })
    const response = await request(client, { scope: "openid email offline_access" })
    const codes = await readCodes(response)
    const { issuer } = testEnvironment()
    expect(codes).toEqual({
      device_code: expect.stringMatching(/^[A-Za-z0-9_-]{22}\.[A-Za-z0-9_-]{43}$/),
      user_code: expect.stringMatching(/^[B-DF-HJ-NP-TV-XZ]{4}-[B-DF-HJ-NP-TV-XZ]{4}$/),
      verification_uri: `${issuer}/device`,
      verification_uri_complete: `${issuer}/device?user_code=${codes.user_code}`,
      expires_in: 600,
      interval: 5,
    })
    await expectOAuthError(await poll(client, codes), "authorization_pending")
    const user = await insertUser()
    const browser = await openBrowser(user)
    const page = await (await browser.fetch(`/device?user_code=${codes.user_code}`)).text()
    expect(page).toContain(`value="${codes.user_code}"`)
    const consent = await (await browser.fetch(await enter(browser, codes.user_code))).text()
    expect(consent).toContain(codes.user_code)
    expect(consent).toContain("press Deny")
    expect(await decide(browser, user, codes, "Allow")).toBe("/device?result=allowed")
    expect(await (await browser.fetch("/device?result=allowed")).text()).toContain("Device connected")
    const redeemed = await poll(client, codes)
    const tokens = await readTokens(redeemed)
    expect(flowIdOf(redeemed)).toBe(flowIdOf(response))
    expect(tokens).toMatchObject({ token_type: "Bearer", scope: "openid email offline_access" })
    expect(tokens.id_token).toBeTruthy()
    const form = { grant_type: "refresh_token", refresh_token: tokens.refresh_token }
    await readTokens(await postForm("/token", client, form))
  }
})

test("a user who is not signed in signs in first, however they write the code - RFC 8628 3.3, 6.1", async () => {
  const client = await device()
  const codes = await readCodes(await request(client))
  const user = await insertUser()
  const browser = await openBrowser()
  const typed = ` ${codes.user_code.toLowerCase().replace("-", " ")} `
  const signIn = await enter(browser, typed)
  expect(signIn).toContain("/sign-in?")
  const signedIn = locationOf(await postPage(browser, signIn, { email: user.email, password: user.password }))
  const consent = locationOf(await browser.fetch(signedIn.pathname + signedIn.search))
  expect(consent.pathname).toBe("/consent")
  const allowed = locationOf(await postPage(browser, consent.pathname + consent.search, {}, { button: "Allow" }))
  await browser.fetch(allowed.pathname + allowed.search)
  await readTokens(await poll(client, codes))
})

test("a user who denies is reported to the device - RFC 8628 3.5", async () => {
  const client = await device()
  const codes = await readCodes(await request(client))
  const user = await insertUser()
  expect(await decide(await openBrowser(user), user, codes, "Deny")).toBe("/device?result=denied")
  await expectOAuthError(await poll(client, codes), "access_denied")
  await expectOAuthError(await poll(client, codes), "access_denied")
})

test("every device is asked about, also a first-party one and one allowed before - RFC 8628 5.4", async () => {
  const client = await device({ firstParty: true })
  const user = await insertUser()
  for (let i = 0; i < 2; i++) {
    const codes = await readCodes(await request(client))
    const browser = await openBrowser(user)
    expect(await enter(browser, codes.user_code)).toContain("/consent?")
    expect(await decide(browser, user, codes, "Allow")).toBe("/device?result=allowed")
  }
})

test("a device that asks too often must slow down - RFC 8628 3.5", async () => {
  const client = await device()
  const codes = await readCodes(await request(client))
  await expectOAuthError(await poll(client, codes), "authorization_pending")
  for (const seconds of [10, 15]) {
    const response = await poll(client, codes)
    expect(await response.clone().text()).toContain(`Wait ${seconds} seconds`)
    await expectOAuthError(response, "slow_down")
  }
  await changeDeviceCode(codes.device_code, { polledAt: new Date(Date.now() - 16_000) })
  await expectOAuthError(await poll(client, codes), "authorization_pending")
})

test("an expired code is refused, at the device and in the browser - RFC 8628 3.5", async () => {
  const client = await device()
  const codes = await readCodes(await request(client))
  const browser = await openBrowser(await insertUser())
  const consent = await enter(browser, codes.user_code)
  await changeDeviceCode(codes.device_code, { expiresAt: new Date(Date.now() - 1000) })
  await expectOAuthError(await poll(client, codes), "expired_token")
  const allowed = locationOf(await postPage(browser, consent, {}, { button: "Allow" }))
  await expectErrorPage(await browser.fetch(allowed.pathname + allowed.search), {
    title: "This device code no longer works",
  })
  expect(await enter(await openBrowser(), codes.user_code)).toBe("/device")
})

test("a device code works once and for its client alone, and never as an auth code - RFC 8628 3.4, 5.2", async () => {
  const client = await device({
    grantTypes: [deviceCodeGrant, "authorization_code"],
    redirectUris: ["https://a.example/"],
  })
  const other = await device()
  const codes = await readCodes(await request(client))
  const user = await insertUser()
  await decide(await openBrowser(user), user, codes, "Allow")
  await expectOAuthError(await poll(other, codes), "invalid_grant")
  const { device_code } = codes
  for (const code of [device_code.slice(0, -1) + (device_code.endsWith("A") ? "B" : "A"), "unknown", `x${device_code}`])
    await expectOAuthError(await poll(client, { ...codes, device_code: code }), "invalid_grant")
  const asAuthCode = { grant_type: "authorization_code", code: device_code, code_verifier: "v".repeat(43) }
  await expectOAuthError(await postForm("/token", client, asAuthCode), "invalid_grant")
  const tokens = await readTokens(await poll(client, codes))
  await expectOAuthError(await poll(client, codes), "invalid_grant")
  expect(await isActive(tokens.access_token)).toBe(false)
})

test("of 20 parallel requests with an allowed device code one gets tokens - RFC 8628 3.4", async () => {
  const client = await device()
  const codes = await readCodes(await request(client))
  const user = await insertUser()
  await decide(await openBrowser(user), user, codes, "Allow")
  const responses = await Promise.all(Array.from({ length: 20 }, () => poll(client, codes)))
  expect(responses.filter(({ status }) => status === 200)).toHaveLength(1)
})

test("a decision is made once - RFC 8628 3.3", async () => {
  const client = await device()
  const codes = await readCodes(await request(client))
  const [user, second] = [await insertUser(), await insertUser()]
  const [browser, other] = [await openBrowser(user), await openBrowser(second)]
  const consent = await enter(other, codes.user_code)
  await decide(browser, user, codes, "Allow")
  const allowed = locationOf(await postPage(other, consent, {}, { button: "Allow" }))
  expect((await other.fetch(allowed.pathname + allowed.search)).status).toBe(400)
  expect(await enter(await openBrowser(), codes.user_code)).toBe("/device")
})

test("only a client that is registered for it gets a device code - RFC 8628 3.1", async () => {
  await expectOAuthError(await request(await registerClient()), "unauthorized_client")
  await expectOAuthError(await poll(await registerClient(), { device_code: "x" } as Codes), "unauthorized_client")
  await expectOAuthError(await request(await device(), { scope: "invoices:read" }), "invalid_scope")
  const confidential = await device({ tokenEndpointAuthMethod: "client_secret_basic" })
  await expectOAuthError(await request({ ...confidential, clientSecret: "wrong" }), "invalid_client", 401)
})

test("wrong user codes and requests of public clients are limited by address - RFC 8628 5.1", async () => {
  const few = await startInstance({ SIGN_IN_ATTEMPTS_PER_ADDRESS: "3" })
  try {
    const client = await device()
    const browser = await openBrowser(undefined, few.baseUrl)
    const page = await (await browser.fetch("/device")).text()
    const statuses = []
    for (let i = 0; i < 5; i++) statuses.push((await sendForm(browser, page, { user_code: "BBBB-BBBB" })).status)
    expect(statuses.at(-1)).toBe(429)
    const requests = []
    for (let i = 0; i < 5; i++)
      requests.push(await postForm("/device_authorization", client, {}, { baseUrl: few.baseUrl }))
    expect(requests.at(-1)?.status).toBe(429)
  } finally {
    await few.stop()
  }
})
