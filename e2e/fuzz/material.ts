import { createHash, randomUUID } from "node:crypto"
import { CompactSign, type CryptoKey, exportJWK, generateKeyPair } from "jose"
import { issueLink, type LinkTarget } from "@/lib/accounts/email-links"
import { addProvider, providerCallbackUri } from "@/lib/accounts/providers"
import { beginTotpSetup, confirmTotpSetup } from "@/lib/accounts/second-factor"
import { createOperatorLink } from "@/lib/authentication/operators"
import { assertionType } from "@/lib/clients/client-assertion"
import { tokenExchangeGrant } from "@/lib/clients/grant-types"
import { hashToken } from "@/lib/protocol/random"
import { startBrowserSession } from "@/lib/sessions/browser-sessions"
import { deviceCodeGrant } from "@/lib/sessions/device-code"
import type { SoftwareAuthenticator } from "@/lib/testing/authenticator"
import { cookieName } from "../fixtures/cookies"
import { addPasskey } from "../fixtures/passkeys"
import { remember } from "../fixtures/secrets"
import { AuthenticatorApp } from "../fixtures/totp"
import {
  authorizationParameters,
  insertUser,
  makePkce,
  registerClient,
  TestBrowser,
  type TestClient,
  type TestUser,
} from "../fixtures/world"
import { type FoundForm, findForms } from "./forms"
import { disturbJson } from "./hostile-values"
import type { Random } from "./random"

/** The clients of a run, one of each kind. */
type Clients = Awaited<ReturnType<typeof registerClients>>

export async function registerClients(issuer: string) {
  const resource = "https://api.example/"
  const machine = await registerClient({ grantTypes: ["client_credentials"], redirectUris: [], scope: "email x:read" })
  const clients = {
    basic: await registerClient({ scope: "openid profile email offline_access x:read" }),
    third: await registerClient({ firstParty: false, clientName: "Holiday planner" }),
    post: await registerClient({ tokenEndpointAuthMethod: "client_secret_post" }),
    public: await registerClient({ tokenEndpointAuthMethod: "none", redirectUris: ["https://spa.example/callback"] }),
    signed: await registerClient({ tokenEndpointAuthMethod: "private_key_jwt" }),
    pushed: await registerClient({ requirePushedRequests: true }),
    strong: await registerClient({ requireSecondFactor: true }),
    device: await registerClient({
      redirectUris: [],
      grantTypes: [deviceCodeGrant, "refresh_token"],
      tokenEndpointAuthMethod: "none",
    }),
    machine,
    api: await registerClient({
      redirectUris: [],
      resourceServer: true,
      resources: [resource],
      grantTypes: [tokenExchangeGrant],
      scope: "email x:read",
    }),
  }
  const back = await registerClient({ redirectUris: [providerCallbackUri()] })
  // This server is its own other provider.
  const facts = { id: "other", name: "Other", kind: "oidc", issuer, clientId: back.clientId } as const
  const problem = await addProvider({ ...facts, clientSecret: back.clientSecret })
  if (problem) throw new Error(problem)
  return { ...clients, back }
}

type Code = { code: string; codeVerifier: string; client: TestClient }
type Tokens = { access: string; refresh: string; id: string; client: TestClient }

/** A browser's Cookie header, with a page that it may be at. */
export type Visitor = { cookie: string; paths: string[] }

/** Valid values that requests are made of. Most can be used once, so they are renewed during a run. */
export type Material = {
  issuer: string
  clients: Clients
  user: TestUser
  /** Browsers: signed in, at the sign-in page, at the consent page, between two factors, of an operator. */
  visitors: Visitor[]
  /** State tokens with the Cookie header of the browser that they are bound to. */
  authorizations: { state: string; cookie: string }[]
  /** The Cookie header of an operator. */
  operatorCookie: string
  codes: Code[]
  tokens: Tokens[]
  stateTokens: string[]
  device: Record<string, string>
  requestUris: string[]
  links: string[]
  flowIds: string[]
  registered: Record<string, string>
  /** Each is a new one. */
  assertions: string[]
  authenticator: SoftwareAuthenticator
  requestObject: string
  proofs: Record<string, string>
  /** Tokens of the client with a key, with claims that no client would send, and with the right signature. */
  disturbed: { assertions: string[]; requestObjects: string[]; proofs: string[] }
  /** The forms of all pages, as browsers see them. */
  forms: FoundForm[]
  /** Every cookie, token and code, for requests that send one in the place of another. */
  values: string[]
}

type Setting = { issuer: string; clients: Clients; pages: string[]; random: Random }

const formHeaders = { "Content-Type": "application/x-www-form-urlencoded" }

/** Makes new valid values, by requests and by the services of lib. */
export async function makeMaterial({ issuer, clients, pages, random }: Setting): Promise<Material> {
  const user = await insertUser({ name: "Ada Lovelace" })
  const own = { Origin: issuer, "Sec-Fetch-Site": "same-origin" }
  const signIn = async (of: TestUser = user) => {
    const browser = new TestBrowser(issuer)
    browser.cookies.set(cookieName("session", issuer), remember((await startBrowserSession(of.id, null)).token))
    return browser
  }
  const cookieOf = ({ cookies }: TestBrowser) => [...cookies].map(([name, value]) => `${name}=${value}`).join("; ")
  const post = async (path: string, form: Record<string, string>, browser: TestBrowser | null = null) => {
    const init = { method: "POST", body: new URLSearchParams(form), headers: { ...formHeaders, ...own } }
    return browser ? browser.fetch(path, init) : fetch(issuer + path, { ...init, redirect: "manual" })
  }
  const secretOf = (client: TestClient): Record<string, string> => ({
    client_id: client.clientId,
    ...(client.clientSecret && { client_secret: client.clientSecret }),
  })
  const { signed } = clients
  const signedAt = () => ({ iat: Math.floor(Date.now() / 1000), exp: Math.floor(Date.now() / 1000) + 300 })
  const assertionClaims = () => ({
    aud: issuer,
    iss: signed.clientId,
    sub: signed.clientId,
    jti: randomUUID(),
    ...signedAt(),
  })
  const assertion = () => sign(signed, assertionClaims())
  const authenticate = async (client: TestClient): Promise<Record<string, string>> =>
    client.privateKey ? { client_assertion: await assertion(), client_assertion_type: assertionType } : secretOf(client)

  async function obtainCode(client: TestClient): Promise<Code> {
    const { codeChallenge, codeVerifier } = makePkce()
    const browser = await signIn()
    const scope = "openid profile email offline_access"
    const response = await browser.fetch(`/authorize?${authorizationParameters(client, codeChallenge, { scope })}`)
    const code = remember(new URL(response.headers.get("location") ?? issuer).searchParams.get("code"))
    if (!code) throw new Error(`No code: ${response.status} ${response.headers.get("location")}`)
    return { code, codeVerifier, client }
  }

  async function obtainTokens(client: TestClient): Promise<Tokens> {
    const { code, codeVerifier } = await obtainCode(client)
    const form = {
      grant_type: "authorization_code",
      code,
      code_verifier: codeVerifier,
      ...(await authenticate(client)),
    }
    const tokens = (await (await post("/token", form)).json()) as Record<string, string>
    const [access = "", refresh = "", id = ""] = [tokens.access_token, tokens.refresh_token, tokens.id_token].map(
      remember,
    )
    return { access, refresh, id, client }
  }

  /** Begins an authorization. @returns the browser at the page that it was sent to */
  async function visit(browser: TestBrowser, client: TestClient, changes: Record<string, string> = {}) {
    const { codeChallenge } = makePkce()
    const response = await browser.fetch(`/authorize?${authorizationParameters(client, codeChallenge, changes)}`)
    const { pathname, search, searchParams } = new URL(response.headers.get("location") ?? issuer)
    const state = remember(searchParams.get("state") ?? "")
    return { state, visitor: { cookie: cookieOf(browser), paths: [pathname + search] } }
  }

  async function openOperator(): Promise<Visitor> {
    const { searchParams } = new URL((await createOperatorLink()).url)
    const browser = new TestBrowser(issuer)
    await post("/flows/enter/submit", { ticket: remember(searchParams.get("ticket") ?? "") }, browser)
    // At its first page, the server loads Next.
    await (await browser.fetch("/flows")).text()
    const unused = remember(new URL((await createOperatorLink()).url).searchParams.get("ticket") ?? "")
    return { cookie: cookieOf(browser), paths: [`/flows/enter?ticket=${unused}`] }
  }

  async function addSecondFactor(): Promise<TestUser> {
    const other = await insertUser()
    const { token } = await startBrowserSession(other.id, null)
    const { secret, setup } = await beginTotpSetup(other)
    const by = { source: {}, locale: "en" as const, tokenHash: hashToken(token), amr: ["pwd"] }
    await confirmTotpSetup(other, setup, new AuthenticatorApp(secret).code(), by)
    return other
  }

  /** The links of e-mails: to reset a password, to sign up, to confirm an address. */
  async function makeLinks(): Promise<Visitor["paths"]> {
    const address = `${randomUUID()}@example.com`
    const targets: LinkTarget[] = [
      { purpose: "reset_password", userId: user.id, email: user.email },
      { purpose: "sign_up", userId: null, email: address },
      { purpose: "verify_email", userId: user.id, email: user.email },
      { purpose: "change_email", userId: user.id, email: address },
    ]
    const links = await Promise.all(targets.map((target) => issueLink(target, () => null)))
    return links.map((link) => {
      const { pathname, search, searchParams } = new URL(link)
      remember(searchParams.get("token"))
      return pathname + search
    })
  }

  const authenticator = await addPasskey(user)
  const anonymous = await visit(new TestBrowser(issuer), clients.basic)
  const asked = await visit(await signIn(), clients.third)
  const severalAccounts = await signIn()
  const other = await startBrowserSession((await insertUser()).id, null)
  severalAccounts.cookies.set(cookieName("accounts", issuer), remember(other.token))
  const choosing = await visit(severalAccounts, clients.basic, { prompt: "select_account" })
  const ready = await visit(await signIn(), clients.basic, { prompt: "login" })
  // A sign-in after the request lets the callback make a code.
  ready.visitor.cookie = ready.visitor.cookie.replace(
    /session=[^;]*/,
    `session=${remember((await startBrowserSession(user.id, null)).token)}`,
  )
  const secondFactorUser = await addSecondFactor()
  const between = await visit(await signIn(secondFactorUser), clients.basic)
  const links = await makeLinks()
  const device = (await (
    await post("/device_authorization", { ...secretOf(clients.device), scope: "openid" })
  ).json()) as Record<string, string>
  remember(device.device_code)

  const push = async (client: TestClient) => {
    const parameters = Object.fromEntries(authorizationParameters(client, makePkce().codeChallenge))
    const pushed = await post("/par", { ...parameters, ...secretOf(client) })
    return ((await pushed.json()) as { request_uri: string }).request_uri
  }
  const requestUris = [await push(clients.basic), await push(clients.pushed)]

  const codes = await Promise.all([clients.basic, clients.post, clients.public, clients.signed].map(obtainCode))
  const tokens = await Promise.all(
    [clients.basic, clients.basic, clients.post, clients.public, clients.signed].map(obtainTokens),
  )
  const registered = (await (
    await fetch(`${issuer}/register`, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ client_name: "Agent", redirect_uris: ["https://client.example/callback"] }),
    })
  ).json()) as Record<string, string>
  remember(registered.client_secret)
  remember(registered.registration_access_token)

  const home = await signIn()
  const operator = await openOperator()
  const visitors: Visitor[] = [
    { cookie: cookieOf(home), paths: pages.filter((page) => !page.includes("[")) },
    anonymous.visitor,
    asked.visitor,
    choosing.visitor,
    { cookie: between.visitor.cookie, paths: [...between.visitor.paths, "/sign-in/code"] },
    operator,
    { cookie: "", paths: [...links, "/sign-in", "/sign-up", "/reset-password", "/device"] },
    { cookie: cookieOf(home), paths: [`/device?user_code=${device.user_code}`] },
  ]
  const stateTokens = [anonymous.state, asked.state, choosing.state, between.state].filter(Boolean)
  const proofs = await signProofs(issuer, tokens[0]?.access ?? "")
  const requestClaims = {
    ...signedAt(),
    aud: issuer,
    iss: signed.clientId,
    ...Object.fromEntries(authorizationParameters(signed, makePkce().codeChallenge)),
  }
  const requestObject = await sign(signed, requestClaims, "oauth-authz-req+jwt")
  const signDisturbed = (claims: Record<string, unknown>, typ?: string) =>
    Promise.all(Array.from({ length: 5 }, () => sign(signed, disturbJson(random, claims) as object, typ)))
  const more = { claims: { userinfo: { email: null } }, max_age: 600, resource: ["https://api.example/"], nonce: "n" }
  const disturbed = {
    assertions: await signDisturbed(assertionClaims()),
    requestObjects: await signDisturbed({ ...requestClaims, ...more }, "oauth-authz-req+jwt"),
    proofs: await signDisturbedProofs(issuer, random),
  }
  const forms = (await Promise.all(visitors.map((visitor) => findForms(issuer, visitor)))).flat()
  const flowIds = [await findFlowId(issuer)]
  return {
    issuer,
    clients,
    user,
    visitors,
    authorizations: [anonymous, asked, choosing, between, ready].map(({ state, visitor: { cookie } }) => ({
      state,
      cookie,
    })),
    operatorCookie: operator.cookie,
    codes,
    tokens,
    stateTokens,
    device,
    requestUris,
    links: links.map((link) => new URL(link, issuer).searchParams.get("token") ?? ""),
    flowIds,
    registered,
    assertions: await Promise.all(Array.from({ length: 20 }, assertion)),
    authenticator,
    requestObject,
    proofs,
    disturbed,
    forms,
    values: [
      ...stateTokens,
      ...tokens.flatMap(({ access, refresh, id }) => [access, refresh, id]),
      ...codes.map(({ code }) => code),
      requestObject,
      ...Object.values(proofs),
      ...Object.values(disturbed).flat(),
      ...requestUris,
      device.device_code ?? "",
      device.user_code ?? "",
      user.email,
      user.password,
      user.id,
    ],
  }
}

async function findFlowId(issuer: string): Promise<string> {
  const response = await fetch(`${issuer}/token`, { method: "POST", headers: formHeaders, body: "grant_type=x" })
  return response.headers.get("x-flow-id") ?? ""
}

/** DPoP proofs by the path of the request that they are for, RFC 9449 section 4.2. */
async function signProofs(issuer: string, accessToken: string): Promise<Record<string, string>> {
  const sign = await makeProofSigner(issuer)
  const ath = createHash("sha256").update(accessToken).digest("base64url")
  return {
    "/token": await sign("/token"),
    "/par": await sign("/par"),
    "/refresh": await sign("/refresh"),
    "/userinfo": await sign("/userinfo", (claims) => ({ ...claims, ath })),
  }
}

/** Proofs for the token endpoint with claims that no client would send, and with the right signature. */
async function signDisturbedProofs(issuer: string, random: Random): Promise<string[]> {
  const sign = await makeProofSigner(issuer)
  return Promise.all(Array.from({ length: 5 }, () => sign("/token", (claims) => disturbJson(random, claims) as object)))
}

async function makeProofSigner(issuer: string) {
  const { publicKey, privateKey } = await generateKeyPair("ES256", { extractable: true })
  const jwk = await exportJWK(publicKey)
  return (path: string, change: (claims: object) => object = (claims) => claims): Promise<string> => {
    const iat = Math.floor(Date.now() / 1000)
    return sealJwt(change({ htm: "POST", htu: issuer + path, jti: randomUUID(), iat }), privateKey, {
      typ: "dpop+jwt",
      jwk,
    })
  }
}

function sign({ privateKey }: { privateKey?: CryptoKey }, claims: object, typ = "JWT"): Promise<string> {
  if (!privateKey) throw new Error("The client has no key.")
  return sealJwt(claims, privateKey, { typ })
}

/** Signs any claims. `SignJWT` refuses those with the wrong types. */
async function sealJwt(claims: object, key: CryptoKey, header: object): Promise<string> {
  const payload = new TextEncoder().encode(JSON.stringify(claims))
  const signed = new CompactSign(payload).setProtectedHeader({ alg: "ES256", ...header }).sign(key)
  return remember(await signed)
}
