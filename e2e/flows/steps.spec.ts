import { readFileSync } from "node:fs"
import { tokenExchangeGrant } from "@/lib/clients/grant-types"
import { deviceCodeGrant } from "@/lib/sessions/device-code"
import { beginAuthorization, callback, expectErrorPage, readInteraction, signInTo } from "../fixtures/authorization"
import { type CollectedSpan, readSpans, readSteps, startCollector } from "../fixtures/collector"
import { numberedSteps } from "../fixtures/diagrams"
import { openDocumentSite } from "../fixtures/document-site"
import { testEnvironment } from "../fixtures/environment"
import { expectSignedIn, postPage } from "../fixtures/forms"
import { startInstance } from "../fixtures/instances"
import { remember } from "../fixtures/secrets"
import {
  authorize,
  expect,
  flowIdOf,
  insertUser,
  locationOf,
  makePkce,
  obtainCode,
  obtainTokens,
  openBrowser,
  postForm,
  readTokens,
  redeem,
  redirectUri,
  registerClient,
  TestBrowser,
  type TestClient,
  type Tokens,
  test,
} from "../fixtures/world"

// The steps that the services report, as a span collector receives them.

const steps = (flowId: string, requests: number) => readSteps(testEnvironment().spansFile, flowId, requests)

const nameOf = ({ attributes }: CollectedSpan) => `${attributes["oauth_flow.diagram"]}.${attributes["oauth_flow.step"]}`
const factsOf = (span?: CollectedSpan) => JSON.parse(String(span?.attributes["oauth_flow.facts"] ?? "{}"))
const failedOf = (spans: CollectedSpan[]) =>
  spans.filter(({ status }) => status.code === 2).map((span) => [nameOf(span), span.attributes["error.type"]])

/** The clients that the requests of a flow are about. */
const clientsOf = (flowId: string) =>
  readSpans(testEnvironment().spansFile, flowId)
    .filter(({ attributes }) => attributes["url.path"])
    .map(({ attributes }) => attributes["oauth_flow.client_id"])

/** No server is there. The notification waits for its next attempt. */
const unreachable = "http://127.0.0.1:9/logout"

const bearer = (token: string) => ({ headers: { Authorization: `Bearer ${token}` } })
const fetchHere = (path: string, init?: RequestInit) => fetch(new URL(path, testEnvironment().issuer), init)

/** Gets tokens in a browser that is signed in, so that its sign-out ends their Session. */
async function obtainTokensIn(browser: TestBrowser, client: TestClient): Promise<Tokens> {
  const pkce = makePkce()
  const code = remember(locationOf(await authorize(browser, client, pkce)).searchParams.get("code"))
  return readTokens(await redeem(client, { code: code ?? "", ...pkce }))
}

/** An access token without the scope openid. */
async function withoutOpenid(): Promise<string> {
  return (await obtainTokens(await registerClient(), await insertUser(), { scope: "profile" })).access_token
}

/** A request to the registration endpoint. */
function register(method: string, path: string, body: object | null, token?: string): Promise<Response> {
  const headers = { "Content-Type": "application/json", ...(token && { Authorization: `Bearer ${token}` }) }
  return fetchHere(path, { method, headers, ...(body && { body: JSON.stringify(body) }) })
}

test("every numbered step of the four diagrams is reported by a run of its flow, in order, under one flow id", async () => {
  const client = await registerClient()
  const user = await insertUser()
  const browser = new TestBrowser()
  const pkce = makePkce()
  const answers: Response[] = []
  const keep = (response: Response) => {
    answers.push(response)
    return response
  }
  const { path, stateToken } = readInteraction(keep(await authorize(browser, client, pkce)))
  const signIn = `${path}?${new URLSearchParams({ state: stateToken })}`
  expectSignedIn(await postPage(browser, signIn, { email: user.email, password: user.password }))
  const code = locationOf(keep(await callback(browser, stateToken))).searchParams.get("code") ?? ""
  const tokens = await readTokens(keep(await redeem(client, { code, codeVerifier: pkce.codeVerifier })))
  keep(await fetchHere("/introspect", bearer(tokens.access_token)))
  const refreshed = await readTokens(keep(await postForm("/refresh", client, { refresh_token: tokens.refresh_token })))
  keep(await postForm("/revoke", client, { token: refreshed.refresh_token }))

  const [flowId = ""] = answers.map(flowIdOf)
  expect(answers.map(flowIdOf)).toEqual(answers.map(() => flowId))
  expect(answers.map(({ status }) => status)).toEqual([303, 303, 200, 200, 200, 200])
  const reported = await steps(flowId, 7)
  expect(reported.map(nameOf)).toEqual([
    ...numberedSteps("authorization"),
    ...numberedSteps("introspection"),
    ...numberedSteps("refresh"),
    ...numberedSteps("revocation"),
  ])
  expect(failedOf(reported)).toEqual([])
  const pkceFacts = factsOf(reported.find((span) => nameOf(span) === "authorization.verifies_code_verifier"))
  expect(pkceFacts).toEqual({
    code_verifier: expect.stringMatching(/^#.{8}$/),
    "BASE64URL(SHA-256(code_verifier))": pkceFacts.code_challenge,
    code_challenge: expect.stringMatching(/^#.{8}$/),
    equal: true,
  })
  const requests = readSpans(testEnvironment().spansFile, flowId).filter(({ attributes }) => attributes["url.path"])
  expect(requests.map(({ attributes }) => attributes["oauth_flow.client_id"])).toEqual([
    client.clientId,
    ...[undefined, client.clientId, client.clientId, client.clientId, client.clientId, client.clientId],
  ])
})

test("a secret has the same fingerprint in every step", async () => {
  const client = await registerClient()
  const { code, codeVerifier } = await obtainCode(client, await insertUser())
  const flowId = flowIdOf(await redeem(client, { code, codeVerifier }))
  const reported = await steps(flowId, 2)
  const find = (name: string) => factsOf(reported.find((span) => nameOf(span) === `authorization.${name}`))
  expect(find("generates_code_challenge").code_challenge).toBe(find("verifies_code_verifier").code_challenge)
  expect(find("generates_auth_code").code).toBe(find("provides_auth_code").code)
  expect(find("returns_auth_code").code).toBe(find("retrieves_auth_code").code)
  expect(find("stores_tokens").refresh_token).toBe(find("returns_tokens").refresh_token)
  expect(find("returns_tokens").access_token.claims).toMatchObject({ sid: flowId, client_id: client.clientId })
})

test("what a client requests about a person is a fingerprint, or a name alone", async () => {
  const claims = { userinfo: { email: { value: "grace@example.com" } }, id_token: { sub: { value: "a-hinted-user" } } }
  const parameters = { login_hint: "grace@example.com", claims: JSON.stringify(claims) }
  const response = await authorize(new TestBrowser(), await registerClient(), makePkce(), parameters)
  const reported = (await steps(flowIdOf(response), 1)).map(factsOf)
  for (const text of ["grace@example.com", "a-hinted-user"]) expect(JSON.stringify(reported)).not.toContain(text)
  expect(reported).toContainEqual(expect.objectContaining({ claims: { userinfo: ["email"], id_token: [] } }))
})

test("a consent is part of the flow", async () => {
  const client = await registerClient({ firstParty: false })
  const browser = await openBrowser(await insertUser())
  const { path, stateToken } = await beginAuthorization(browser, client)
  const consent = `${path}?${new URLSearchParams({ state: stateToken })}`
  await postPage(browser, consent, {}, { button: "Allow" })
  const reported = await steps(flowIdOf(await callback(browser, stateToken)), 3)
  expect(reported.map(nameOf)).toEqual(
    [
      ...["generates_code_challenge", "calls_authorize", "asks_for_consent", "stores_consent", "decodes_state_token"],
      ...["generates_auth_code", "stores_auth_code", "returns_auth_code"],
    ].map((name) => `authorization.${name}`),
  )
})

test("a refused request fails at its step, under the flow's id, with a reason that the client does not receive", async () => {
  const client = await registerClient()
  const { code } = await obtainCode(client, await insertUser())
  const refused = await redeem(client, { code, ...makePkce() })
  expect(refused.status).toBe(400)
  expect(await refused.text()).not.toContain("code_verifier_mismatch")
  const reported = await steps(flowIdOf(refused), 2)
  expect(failedOf(reported)).toEqual([["authorization.verifies_code_verifier", "code_verifier_mismatch"]])
  expect(factsOf(reported.at(-1)).equal).toBe(false)
  expect(reported.at(-1)?.attributes["oauth_flow.error"]).toBe("invalid_grant")
})

test("a sign-out is reported in the flow of its ID token", async () => {
  const client = await registerClient()
  const user = await insertUser()
  const { access_token, id_token = "" } = await obtainTokens(client, user)
  const browser = await openBrowser(user)
  const introspected = await fetchHere("/introspect", bearer(access_token))
  const signedOut = await browser.fetch(`/end-session?${new URLSearchParams({ id_token_hint: id_token })}`)
  expect(flowIdOf(signedOut)).toBe(flowIdOf(introspected))
  const reported = await steps(flowIdOf(signedOut), 4)
  expect(reported.map(nameOf).slice(-numberedSteps("signOut").length)).toEqual(numberedSteps("signOut"))
  expect(failedOf(reported)).toEqual([])
})

test("a sign-out that notifies clients has a step that stores the notifications, and names the clients", async () => {
  const [client, other] = [await registerClient({ backchannelLogoutUri: unreachable }), await registerClient()]
  const browser = await openBrowser(await insertUser())
  await obtainTokensIn(browser, client)
  const { id_token = "" } = await obtainTokensIn(browser, other)
  const signedOut = await browser.fetch(`/end-session?${new URLSearchParams({ id_token_hint: id_token })}`)
  const reported = (await steps(flowIdOf(signedOut), 3)).filter((span) => nameOf(span).startsWith("signOut."))
  const [last = ""] = numberedSteps("signOut").slice(-1)
  const expected = [...numberedSteps("signOut").slice(0, -1), "signOut.stores_notifications", last]
  expect(reported.map(nameOf)).toEqual(expected)
  expect(factsOf(reported.at(-2))).toEqual({ notified_clients: [client.clientId] })
})

test("a sign-out that the user confirms continues in a flow of its own, with the client", async () => {
  const client = await registerClient({ backchannelLogoutUri: unreachable })
  const browser = await openBrowser(await insertUser())
  await obtainTokensIn(browser, client)
  const asked = await browser.fetch(`/end-session?client_id=${client.clientId}`)
  expect((await steps(flowIdOf(asked), 1)).map(nameOf).at(-1)).toBe("signOut.asks_to_sign_out")
  const { pathname, search } = locationOf(asked)
  const confirmed = await postPage(browser, pathname + search, {})
  const reported = await steps(flowIdOf(confirmed), 1)
  const names = ["ends_browser_session", "stores_notifications", "returns_to_client"]
  expect(reported.map(nameOf)).toEqual(names.map((name) => `signOut.${name}`))
  expect(clientsOf(flowIdOf(confirmed))).toEqual([client.clientId])
})

test("userinfo is reported in the flow of its Session, also when it is refused", async () => {
  const client = await registerClient({ userinfoSignedResponseAlg: "ES256" })
  const user = await insertUser()
  const { access_token, refresh_token } = await obtainTokens(client, user)
  const answered = [
    await fetchHere("/userinfo", bearer(access_token)),
    await fetchHere("/userinfo", { method: "POST", body: new URLSearchParams({ access_token }) }),
  ]
  await postForm("/revoke", client, { token: refresh_token })
  const refused = await fetchHere("/userinfo", bearer(access_token))
  expect([...answered, refused].map(({ status }) => status)).toEqual([200, 200, 401])
  const [flowId = ""] = answered.map(flowIdOf)
  expect([...answered, refused].map(flowIdOf)).toEqual([flowId, flowId, flowId])
  const reported = (await steps(flowId, 6)).filter((span) => nameOf(span).startsWith("userInfo."))
  const whole = numberedSteps("userInfo")
  expect(reported.map(nameOf)).toEqual([...whole, ...whole, ...whole.slice(0, 3)])
  expect(failedOf(reported)).toEqual([["userInfo.validates_token", "access_token_revoked"]])
  const { access_token: shown } = factsOf(reported[0])
  expect(factsOf(reported[0])).toEqual({ authorization_scheme: "Bearer", access_token: shown })
  expect(factsOf(reported[5])).toEqual({ access_token: shown })
  expect(factsOf(reported[3])).toEqual({ sub: user.id, claims: expect.arrayContaining(["sub", "email"]) })
  expect(factsOf(reported[4])).toEqual({ signed_with: "ES256" })
})

test("a userinfo request that is refused fails at its step", async () => {
  const refusals: [token: string | null, step: string, reason: string][] = [
    [null, "provides_token", "access_token_missing"],
    ["not.a.token", "validates_token", "access_token_malformed"],
    [await withoutOpenid(), "validates_token", "scope_not_granted"],
  ]
  for (const [token, step, reason] of refusals) {
    const response = await fetchHere("/userinfo", token === null ? {} : bearer(token))
    const requests = reason === "scope_not_granted" ? 3 : 1
    const failed = failedOf(await steps(flowIdOf(response), requests))
    expect(failed).toEqual([[`userInfo.${step}`, reason]])
  }
})

test("a registration has a flow, and so has each request that reads, replaces or deletes it", async () => {
  const metadata = { client_name: "A new client", redirect_uris: [redirectUri] }
  const registered = await register("POST", "/register", metadata)
  const information = (await registered.json()) as Record<string, string>
  const { client_id = "", client_secret, registration_access_token = "", registration_client_uri = "" } = information
  for (const secret of [client_secret, registration_access_token]) remember(secret)
  const reported = await steps(flowIdOf(registered), 1)
  expect(reported.map(nameOf)).toEqual(numberedSteps("registration"))
  expect(factsOf(reported[2])).toMatchObject({
    redirect_uris: [redirectUri],
    token_endpoint_auth_method: "client_secret_basic",
  })
  expect(clientsOf(flowIdOf(registered))).toEqual([client_id])

  const token = registration_access_token
  const change = { ...metadata, client_id, client_name: "A renamed client" }
  const read = await register("GET", registration_client_uri, null, token)
  const replaced = await register("PUT", registration_client_uri, change, token)
  const deleted = await register("DELETE", registration_client_uri, null, token)
  expect([registered, read, replaced, deleted].map(({ status }) => status)).toEqual([201, 200, 200, 204])
  const [first, second, third, last] = numberedSteps("clientConfiguration")
  const only = (...names: string[]) => names.map((name) => `clientConfiguration.${name}`)
  const expected: [Response, string[]][] = [
    [read, []],
    [replaced, only("validates_metadata", "replaces_client")],
    [deleted, only("deletes_client")],
  ]
  const fingerprints = [factsOf(reported[3]).registration_access_token]
  for (const [response, between] of expected) {
    const own = await steps(flowIdOf(response), 1)
    expect(own.map(nameOf)).toEqual([first, second, third, ...between, last])
    expect(clientsOf(flowIdOf(response))).toEqual([client_id])
    const shown = { client_id, authorization_scheme: "Bearer", registration_access_token: fingerprints[0] }
    expect(factsOf(own[0])).toEqual(shown)
  }
  expect(new Set([registered, read, replaced, deleted].map(flowIdOf)).size).toBe(4)
})

test("a registration that is refused fails at its step", async () => {
  const refusals: [Response, string, string][] = [
    [await register("POST", "/register", { redirect_uris: [] }), "registration.validates_metadata", "metadata_invalid"],
    [
      await register("POST", "/register", {}, remember("not-a-token-of-this-server")),
      "registration.sends_metadata",
      "registration_token_invalid",
    ],
    [
      await register("GET", "/register?client_id=unknown", null, "not-a-token-of-this-server"),
      "clientConfiguration.validates_token",
      "registration_token_invalid",
    ],
    [
      await register("DELETE", "/register?client_id=unknown", null),
      "clientConfiguration.provides_token",
      "access_token_missing",
    ],
  ]
  for (const [response, step, reason] of refusals) {
    expect(failedOf(await steps(flowIdOf(response), 1)), step).toEqual([[step, reason]])
  }
})

test("the fetch of a client's metadata document is a step of the authorization that needed it", async () => {
  const site = await openDocumentSite()
  const collector = await startCollector(testEnvironment().spansFile)
  const server = await startInstance({
    ...collector.env,
    CLIENT_ID_METADATA_DOCUMENTS: "on",
    CLIENT_DOCUMENT_NETWORKS: "127.0.0.0/8,::1/128",
    NODE_EXTRA_CA_CERTS: site.certificateFile,
    PROCESSES: "1",
  })
  try {
    const browser = await openBrowser(await insertUser(), server.baseUrl)
    const visit = (clientId: string, changes: Record<string, string> = {}) =>
      authorize(browser, { clientId, redirectUris: [redirectUri] } as never, makePkce(), {
        scope: "openid",
        ...changes,
      })
    const document = { client_name: "A published client", redirect_uris: [redirectUri] }
    const published = site.publish(document)
    const [start, fetches, verifies, end] = [
      ["generates_code_challenge", "calls_authorize"],
      "fetches_client_document",
      "verifies_client_document",
      "asks_for_consent",
    ]
    const missing = `${site.origin}/clients/missing.json`
    const visits: [Response, (string | undefined)[], failed: [string, string][]][] = [
      [await visit(published), [...start, fetches, verifies, end], []],
      // The document is known now.
      [await visit(published), [...start, end], []],
      [
        await visit(site.publish({ ...document, client_secret: "a secret" })),
        [...start, fetches, verifies],
        [[verifies, "client_document_invalid"]],
      ],
      [await visit(missing), [...start, fetches], [[fetches, "client_document_unavailable"]]],
      [
        await visit(site.publish(document), { redirect_uri: "https://elsewhere.example/" }),
        [...start, fetches, verifies],
        [[verifies, "redirect_uri_unregistered"]],
      ],
    ]
    for (const [response, names, failed] of visits) {
      const reported = await steps(flowIdOf(response), 1)
      expect(reported.map(nameOf)).toEqual(names.map((name) => `authorization.${name}`))
      expect(failedOf(reported)).toEqual(failed.map(([name, reason]) => [`authorization.${name}`, reason]))
    }
    const [first] = visits.map(([response]) => flowIdOf(response))
    expect(factsOf((await steps(first ?? "", 1))[2])).toEqual({ client_id: published })

    const clientId = site.publish(document)
    const request = { redirect_uri: redirectUri, response_type: "code", code_challenge: makePkce().codeChallenge }
    const pushed = await fetch(new URL("/par", server.baseUrl), {
      method: "POST",
      body: new URLSearchParams({ client_id: clientId, ...request, code_challenge_method: "S256" }),
    })
    expect(pushed.status).toBe(201)
    const names = ["pushes_request", fetches, verifies].map((name) => `authorization.${name}`)
    expect((await steps(flowIdOf(pushed), 1)).map(nameOf)).toEqual(names)
  } finally {
    await server.stop()
    await collector.stop()
    await site.close()
  }
})

test("a device's flow is one flow, from its request to its tokens", async () => {
  const client = await registerClient({ redirectUris: [], grantTypes: [deviceCodeGrant] })
  const response = await postForm("/device_authorization", client, { scope: "openid" })
  const codes = (await response.json()) as { device_code: string; user_code: string }
  const poll = () => postForm("/token", client, { grant_type: deviceCodeGrant, device_code: codes.device_code })
  remember(codes.device_code)
  await poll()
  const browser = await openBrowser(await insertUser())
  const follow = (location: URL) => location.pathname + location.search
  const consent = locationOf(await postPage(browser, "/device", { user_code: codes.user_code }))
  const allowed = locationOf(await postPage(browser, follow(consent), {}, { button: "Allow" }))
  await browser.fetch(follow(allowed))
  await readTokens(await poll())
  const reported = (await steps(flowIdOf(response), 6)).map(nameOf)
  const numbered = numberedSteps("device")
  expect(reported.slice(0, 3)).toEqual(numbered.slice(0, 3))
  expect(reported).toEqual(expect.arrayContaining(numbered))
})

test("a client that gets a token for itself has a flow of its own", async () => {
  const client = await registerClient({ redirectUris: [], grantTypes: ["client_credentials"], scope: "invoices:read" })
  const response = await postForm("/token", client, { grant_type: "client_credentials" })
  const { access_token } = await readTokens(response)
  expect(flowIdOf(await fetchHere("/introspect", bearer(access_token)))).toBe(flowIdOf(response))
  const reported = await steps(flowIdOf(response), 2)
  expect(reported.map(nameOf).slice(0, 5)).toEqual(numberedSteps("clientCredentials"))
  expect(failedOf(reported)).toEqual([])
})

test("a token exchange is part of the flow that the token is from", async () => {
  const resource = "https://first.example/"
  const { access_token } = await obtainTokens(await registerClient({ scope: "email" }), await insertUser(), {
    resource,
  })
  const service = { redirectUris: [], resourceServer: true, resources: [resource], grantTypes: [tokenExchangeGrant] }
  const response = await postForm("/token", await registerClient({ ...service, scope: "email" }), {
    grant_type: tokenExchangeGrant,
    subject_token: access_token,
    subject_token_type: "urn:ietf:params:oauth:token-type:access_token",
  })
  await readTokens(response)
  const reported = (await steps(flowIdOf(response), 3)).map(nameOf)
  // The presented token is introspected in between.
  expect(reported.filter((name) => name.startsWith("tokenExchange."))).toEqual(numberedSteps("tokenExchange"))
})

test("a wrong password is a failed step, and the flow continues", async () => {
  const client = await registerClient()
  const user = await insertUser()
  const browser = new TestBrowser()
  const { path, stateToken } = await beginAuthorization(browser, client)
  const signIn = `${path}?${new URLSearchParams({ state: stateToken })}`
  await postPage(browser, signIn, { email: user.email, password: "not the password" })
  expectSignedIn(await postPage(browser, signIn, { email: user.email, password: user.password }))
  const reported = await steps(flowIdOf(await callback(browser, stateToken)), 4)
  expect(failedOf(reported)).toEqual([["authorization.verifies_credentials", "credentials_wrong"]])
  expect(reported.map(nameOf).filter((name) => name.endsWith("verifies_credentials"))).toHaveLength(2)
})

test("a replayed code and a used refresh token fail in their own flow", async () => {
  const client = await registerClient()
  const code = await obtainCode(client, await insertUser())
  const tokens = await readTokens(await redeem(client, code))
  const next = await readTokens(await postForm("/refresh", client, { refresh_token: tokens.refresh_token }))
  await readTokens(await postForm("/refresh", client, { refresh_token: next.refresh_token }))
  const replayed = await postForm("/refresh", client, { refresh_token: tokens.refresh_token })
  const revoked = await fetchHere("/introspect", bearer(next.access_token))
  const again = await redeem(client, code)
  expect([replayed, revoked, again].map(({ status }) => status)).toEqual([400, 401, 400])
  const flowId = flowIdOf(again)
  expect([replayed, revoked].map(flowIdOf)).toEqual([flowId, flowId])
  expect(failedOf(await steps(flowId, 7))).toEqual([
    ["refresh.validates_token", "refresh_token_replayed"],
    ["introspection.validates_token", "access_token_revoked"],
    ["authorization.stores_tokens", "code_replayed"],
  ])
})

test("the error page, the response and the log contain the flow's id", async () => {
  const client = await registerClient()
  const response = await authorize(new TestBrowser(), client, makePkce(), { redirect_uri: "https://evil.example/" })
  const flowId = flowIdOf(response)
  expect(flowId).toMatch(/^[A-Za-z0-9_-]{22}$/)
  expect(await expectErrorPage(response)).toContain(`Reference: <code id="reference">${flowId}</code>`)
  const logged = () =>
    testEnvironment()
      .logFiles.flatMap((file) => readFileSync(file, "utf8").split("\n"))
      .find((line) => line.includes(flowId))
  await expect.poll(logged).toContain("redirect_uri_unregistered")
  expect(failedOf(await steps(flowId, 1))).toEqual([["authorization.calls_authorize", "redirect_uri_unregistered"]])
})

test("a flow id does not reveal whose token was presented", async () => {
  const [owner, stranger] = [await registerClient(), await registerClient()]
  const code = await obtainCode(owner, await insertUser())
  const { access_token, refresh_token } = await obtainTokens(owner, await insertUser())
  const [sid = ""] = refresh_token.split(".")
  const revoked = await obtainTokens(owner, await insertUser())
  await postForm("/revoke", owner, { token: revoked.refresh_token })
  const forged = `${sid}.${"A".repeat(43)}`
  const answers = [
    await redeem(stranger, code),
    await postForm("/introspect", stranger, { token: access_token }),
    await postForm("/introspect", stranger, { token: refresh_token }),
    await postForm("/introspect", owner, { token: forged }),
    // RFC 7662 section 2.2: only that the token is not active, also for its own client.
    await postForm("/introspect", owner, { token: revoked.access_token }),
    await postForm("/introspect", owner, { token: revoked.refresh_token }),
    await postForm("/refresh", stranger, { refresh_token }),
    await postForm("/refresh", owner, { refresh_token: forged }),
    await postForm("/revoke", stranger, { token: refresh_token }),
    await postForm("/revoke", owner, { token: forged }),
  ]
  const ids = answers.map(flowIdOf)
  for (const id of ids) expect(id).toMatch(/^[A-Za-z0-9_-]{22}$/)
  const sessions = [refresh_token, revoked.refresh_token, code.code].map((token) => token.split(".")[0])
  expect(new Set([...ids, ...sessions]).size).toBe(ids.length + sessions.length)
  const state = await beginAuthorization(new TestBrowser(), owner)
  const elsewhere = new TestBrowser()
  await signInTo(elsewhere, await insertUser())
  const [mine, theirs] = [await callback(elsewhere, state.stateToken), await callback(elsewhere, state.stateToken)]
  expect(flowIdOf(mine)).not.toBe(flowIdOf(theirs))
})
