import { decodeJwt } from "jose"
import { type DpopKey, makeDpopKey, signProof } from "../fixtures/dpop"
import { testEnvironment } from "../fixtures/environment"
import { startInstance } from "../fixtures/instances"
import {
  expect,
  expectOAuthError,
  insertUser,
  makePkce,
  obtainCode,
  postForm,
  readTokens,
  redeem,
  registerClient,
  type TestClient,
  type Tokens,
  test,
} from "../fixtures/world"

type Bound = { client: TestClient; key: DpopKey; tokens: Tokens }

/** Gets tokens that are bound to a new key. */
async function obtainBound(metadata: Parameters<typeof registerClient>[0] = {}): Promise<Bound> {
  const client = await registerClient(metadata)
  const key = await makeDpopKey()
  return { client, key, tokens: await readTokens(await redeemWith(client, await signProof(key, { path: "/token" }))) }
}

async function redeemWith(client: TestClient, proof: string, changes: Record<string, string> = {}) {
  const { code, codeVerifier } = await obtainCode(client, await insertUser(), changes)
  const form = { grant_type: "authorization_code", code, code_verifier: codeVerifier }
  return postForm("/token", client, form, { headers: { DPoP: proof } })
}

const refresh = ({ client, tokens }: Bound, proof?: string) =>
  postForm(
    "/refresh",
    client,
    { refresh_token: tokens.refresh_token },
    { headers: proof === undefined ? {} : { DPoP: proof } },
  )

const ask = (path: string, authorization: string, proof?: string) =>
  fetch(testEnvironment().issuer + path, {
    headers: { Authorization: authorization, ...(proof !== undefined && { DPoP: proof }) },
  })

test("tokens are bound to the key that signed the proof - RFC 9449 5, 6.1, 6.2", async () => {
  const { client, key, tokens } = await obtainBound()
  expect(tokens.token_type).toBe("DPoP")
  expect(decodeJwt(tokens.access_token).cnf).toEqual({ jkt: key.jkt })
  const described = await (await postForm("/introspect", client, { token: tokens.access_token })).json()
  expect(described).toMatchObject({ active: true, token_type: "DPoP", cnf: { jkt: key.jkt } })
  const machine = await registerClient({ redirectUris: [], grantTypes: ["client_credentials"], scope: "invoices:read" })
  const form = { grant_type: "client_credentials" }
  const headers = { DPoP: await signProof(key, { path: "/token" }) }
  const own = await readTokens(await postForm("/token", machine, form, { headers }))
  expect(own.token_type).toBe("DPoP")
  expect(decodeJwt(own.access_token).cnf).toEqual({ jkt: key.jkt })
})

test("every advertised algorithm can sign a proof - RFC 9449 5.1", async () => {
  const metadata = await (await fetch(`${testEnvironment().issuer}/.well-known/oauth-authorization-server`)).json()
  for (const alg of metadata.dpop_signing_alg_values_supported) {
    const client = await registerClient()
    const key = await makeDpopKey(alg)
    const tokens = await readTokens(await redeemWith(client, await signProof(key, { path: "/token" }, { alg })))
    expect(decodeJwt(tokens.access_token).cnf).toEqual({ jkt: key.jkt })
  }
})

test("a proof that fails any check is refused, and the code remains valid - RFC 9449 4.3", async () => {
  const client = await registerClient()
  const { code, codeVerifier } = await obtainCode(client, await insertUser())
  const form = { grant_type: "authorization_code", code, code_verifier: codeVerifier }
  const key = await makeDpopKey()
  const path = "/token"
  const good = () => signProof(key, { path })
  const privateJwk = { ...key.jwk, d: "AAAA" }
  const proofs = [
    "not a JWT",
    "",
    `${await good()}, ${await good()}`,
    "A".repeat(5_000),
    await signProof(key, { path }, { claims: { htm: "GET" } }),
    await signProof(key, { path: "/refresh" }),
    await signProof(key, { path }, { claims: { htu: 1 } }),
    await signProof(key, { path }, { claims: { iat: undefined } }),
    await signProof(key, { path }, { claims: { jti: undefined } }),
    await signProof(key, { path }, { header: { jwk: undefined } }),
    await signProof(key, { path }, { header: { jwk: privateJwk } }),
    await signProof(key, { path }, { header: { jwk: { kty: "oct", k: "AAAA" } } }),
    await signProof(key, { path }, { header: { jwk: { kty: "EC" } } }),
  ]
  for (const proof of proofs) {
    const response = await postForm("/token", client, form, { headers: { DPoP: proof } })
    await expectOAuthError(response, "invalid_dpop_proof")
  }
  const query = await signProof(key, { path: "/token?a=b#c" })
  expect((await postForm("/token", client, form, { headers: { DPoP: query } })).status).toBe(200)
})

test("a proof is accepted with valid times, unknown claims, or its URI in another spelling - RFC 9449 4.3, 11.1", async () => {
  const client = await registerClient()
  const key = await makeDpopKey()
  const { issuer } = testEnvironment()
  const now = Math.floor(Date.now() / 1000)
  for (const claims of [
    { iat: now - 10 },
    { iat: now + 10 },
    { nbf: now, exp: now + 60 },
    { unheard_of: { a: [1] } },
    { htu: `${issuer.replace("http://localhost", "HTTP://LOCALHOST")}/token` },
    { htu: `${issuer}/token?a=1#b` },
  ]) {
    const response = await redeemWith(client, await signProof(key, { path: "/token" }, { claims }))
    expect((await readTokens(response)).token_type, JSON.stringify(claims)).toBe("DPoP")
  }
})

test("a proof works once - RFC 9449 11.1", async () => {
  const bound = await obtainBound()
  const proof = await signProof(bound.key, { path: "/refresh" })
  const tokens = await readTokens(await refresh(bound, proof))
  await expectOAuthError(await refresh({ ...bound, tokens }, proof), "invalid_dpop_proof")
  await readTokens(await refresh({ ...bound, tokens }, await signProof(bound.key, { path: "/refresh" })))
})

test("of 20 parallel requests with one proof one succeeds - RFC 9449 11.1", async () => {
  const { key, tokens } = await obtainBound()
  const proof = await signProof(key, { method: "GET", path: "/userinfo", accessToken: tokens.access_token })
  const responses = await Promise.all(
    Array.from({ length: 20 }, () => ask("/userinfo", `DPoP ${tokens.access_token}`, proof)),
  )
  expect(responses.filter(({ status }) => status === 200)).toHaveLength(1)
})

test("a public client refreshes with the same key alone - RFC 9449 5", async () => {
  const bound = await obtainBound({ tokenEndpointAuthMethod: "none" })
  const other = await makeDpopKey()
  await expectOAuthError(await refresh(bound), "invalid_request")
  await expectOAuthError(await refresh(bound, await signProof(other, { path: "/refresh" })), "invalid_grant")
  const tokens = await readTokens(await refresh(bound, await signProof(bound.key, { path: "/refresh" })))
  expect(decodeJwt(tokens.access_token).cnf).toEqual({ jkt: bound.key.jkt })
})

test("a confidential client may refresh with another key, and not without one - RFC 9449 5", async () => {
  const bound = await obtainBound()
  const other = await makeDpopKey()
  await expectOAuthError(await refresh(bound), "invalid_request")
  const tokens = await readTokens(await refresh(bound, await signProof(other, { path: "/refresh" })))
  expect(decodeJwt(tokens.access_token).cnf).toEqual({ jkt: other.jkt })
})

test("a bound token is accepted only with a proof of its key - RFC 9449 7.1, 7.2", async () => {
  const { key, tokens } = await obtainBound()
  const { access_token: accessToken } = tokens
  const other = await makeDpopKey()
  for (const path of ["/userinfo", "/introspect"]) {
    const proof = (of: DpopKey, changes = {}) => signProof(of, { method: "GET", path, accessToken }, changes)
    expect((await ask(path, `DPoP ${accessToken}`, await proof(key))).status).toBe(200)
    for (const [authorization, sent, error] of [
      [`Bearer ${accessToken}`, undefined, "invalid_token"],
      [`Bearer ${accessToken}`, await proof(key), "invalid_token"],
      [`DPoP ${accessToken}`, undefined, "invalid_dpop_proof"],
      [`DPoP ${accessToken}`, await proof(other), "invalid_token"],
      [`DPoP ${accessToken}`, await proof(key, { claims: { ath: undefined } }), "invalid_dpop_proof"],
      [`DPoP ${accessToken}`, await proof(key, { claims: { ath: "A".repeat(43) } }), "invalid_dpop_proof"],
      [`DPoP ${accessToken}`, await proof(key, { claims: { htm: "POST" } }), "invalid_dpop_proof"],
    ] as const) {
      const response = await ask(path, authorization, sent)
      expect(response.headers.get("www-authenticate")).toMatch(new RegExp(`^DPoP .*error="${error}".*algs="ES256 `))
      await expectOAuthError(response, error, 401)
    }
  }
})

test("the scheme of a bound token is read in any case - RFC 9449 7.1", async () => {
  const { key, tokens } = await obtainBound()
  for (const scheme of ["dpop", "dpOp", "DPOP"]) {
    const proof = await signProof(key, { method: "GET", path: "/userinfo", accessToken: tokens.access_token })
    expect((await ask("/userinfo", `${scheme} ${tokens.access_token}`, proof)).status).toBe(200)
  }
})

test("a bearer token is not accepted as a bound one - RFC 9449 7.1", async () => {
  const client = await registerClient()
  const { access_token: accessToken } = await readTokens(
    await redeem(client, await obtainCode(client, await insertUser())),
  )
  const proof = await signProof(await makeDpopKey(), { method: "GET", path: "/userinfo", accessToken })
  await expectOAuthError(await ask("/userinfo", `DPoP ${accessToken}`, proof), "invalid_token", 401)
})

test("a code can be bound to a key by dpop_jkt or by a proof at /par - RFC 9449 10, 10.1", async () => {
  const client = await registerClient()
  const key = await makeDpopKey()
  const other = await makeDpopKey()
  const proof = (of: DpopKey) => signProof(of, { path: "/token" })
  const named = { dpop_jkt: key.jkt }
  await expectOAuthError(await redeemWith(client, await proof(other), named), "invalid_grant")
  await readTokens(await redeemWith(client, await proof(key), named))
  const unproven = await obtainCode(client, await insertUser(), named)
  await expectOAuthError(await redeem(client, unproven), "invalid_request")

  const push =
    (form: Record<string, string>, of = key) =>
    async () =>
      postForm("/par", client, form, { headers: { DPoP: await signProof(of, { path: "/par" }) } })
  const { codeChallenge } = makePkce()
  const form = {
    response_type: "code",
    redirect_uri: client.redirectUris[0] ?? "",
    code_challenge: codeChallenge,
    code_challenge_method: "S256",
  }
  await expectOAuthError(await push({ ...form, dpop_jkt: other.jkt })(), "invalid_dpop_proof")
  const pushed = await push({ ...form, dpop_jkt: key.jkt })()
  expect(pushed.status).toBe(201)
  const { request_uri } = (await (await push(form)()).json()) as { request_uri: string }
  await expectOAuthError(
    await redeemWith(client, await proof(other), { request_uri, client_id: client.clientId }),
    "invalid_grant",
  )
})

test("a client can be held to bound tokens - RFC 9449 5.2", async () => {
  const client = await registerClient({ dpopBoundAccessTokens: true })
  await expectOAuthError(await redeem(client, await obtainCode(client, await insertUser())), "invalid_request")
  expect((await redeemWith(client, await signProof(await makeDpopKey(), { path: "/token" }))).status).toBe(200)
})

test("the newest nonce comes with each response, and an old one is refused - RFC 9449 8, 8.2, 9", async () => {
  const { client, key, tokens } = await obtainBound()
  const path = "/userinfo"
  const bound = { method: "GET", path, accessToken: tokens.access_token }
  const first = await ask(path, `DPoP ${tokens.access_token}`, await signProof(key, bound))
  const nonce = first.headers.get("dpop-nonce")
  expect(nonce).toMatch(/^[A-Za-z0-9_-]{43}$/)
  const late = { claims: { nonce, iat: 1 } }
  expect((await ask(path, `DPoP ${tokens.access_token}`, await signProof(key, bound, late))).status).toBe(200)
  const old = await ask(
    path,
    `DPoP ${tokens.access_token}`,
    await signProof(key, bound, { claims: { nonce: "A".repeat(43) } }),
  )
  expect(old.headers.get("www-authenticate")).toContain('error="use_dpop_nonce"')
  expect(old.headers.get("dpop-nonce")).toBe(nonce)
  await expectOAuthError(old, "use_dpop_nonce", 401)
  expect((await postForm("/token", client, {})).headers.get("dpop-nonce")).toBeNull()
})

test("with DPOP_NONCE=on a proof must have a nonce - RFC 9449 8", async () => {
  const strict = await startInstance({ DPOP_NONCE: "on" })
  try {
    const client = await registerClient()
    const { code, codeVerifier } = await obtainCode(client, await insertUser())
    const form = { grant_type: "authorization_code", code, code_verifier: codeVerifier }
    const key = await makeDpopKey()
    const send = async (claims = {}) => {
      const headers = { DPoP: await signProof(key, { path: "/token" }, { claims }) }
      return postForm("/token", client, form, { headers, baseUrl: strict.baseUrl })
    }
    const refused = await send()
    const nonce = refused.headers.get("dpop-nonce")
    await expectOAuthError(refused, "use_dpop_nonce")
    await readTokens(await send({ nonce }))
  } finally {
    await strict.stop()
  }
})
