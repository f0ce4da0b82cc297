import { randomBytes } from "node:crypto"
import { type CryptoKey, exportJWK, generateKeyPair, importJWK } from "jose"
import { assertionType } from "@/lib/clients/client-assertion"
import { rotateClientSecret } from "@/lib/clients/registration"
import { deleteClient } from "@/lib/data/clients"
import { startInstance } from "../fixtures/instances"
import { remember } from "../fixtures/secrets"
import {
  basic,
  expect,
  expectOAuthError,
  insertUser,
  isActive,
  obtainCode,
  obtainTokens,
  postForm,
  redeem,
  registerClient,
  signAssertion,
  type TestClient,
  test,
} from "../fixtures/world"

const endpoints = ["/token", "/refresh", "/introspect", "/revoke"]

/** A form that would be good at each of these endpoints, but for the client's authentication. */
async function makeForm(client: TestClient): Promise<Record<string, string>> {
  const user = await insertUser()
  const { code, codeVerifier } = await obtainCode(client, user)
  const { refresh_token } = await obtainTokens(client, user)
  return { grant_type: "authorization_code", code, code_verifier: codeVerifier, refresh_token, token: refresh_token }
}

test("every endpoint requires client authentication, and its error explains how - RFC 6749 3.2.1, 5.2", async () => {
  const form = await makeForm(await registerClient())
  for (const path of endpoints) {
    const response = await postForm(path, null, form)
    expect(response.headers.get("www-authenticate"), path).toBe('Basic realm="OAuth Flow", charset="UTF-8"')
    await expectOAuthError(response, "invalid_client", 401)
  }
})

test("an unknown client gets the same response as one with a wrong secret - RFC 6749 5.2", async () => {
  for (const tokenEndpointAuthMethod of ["client_secret_basic", "client_secret_post"]) {
    const client = await registerClient({ tokenEndpointAuthMethod })
    const form = await makeForm(client)
    const clientSecret = remember(randomBytes(32).toString("base64url"))
    for (const path of endpoints) {
      const wrong = await postForm(path, { ...client, clientSecret }, form)
      const unknown = await postForm(path, { ...client, clientId: "unheard-of", clientSecret }, form)
      expect(await unknown.clone().text()).toBe(await wrong.clone().text())
      for (const response of [wrong, unknown]) await expectOAuthError(response, "invalid_client", 401)
    }
  }
  const unknownPublic = { ...(await registerClient({ tokenEndpointAuthMethod: "none" })), clientId: "unheard-of" }
  for (const path of endpoints)
    await expectOAuthError(await postForm(path, unknownPublic, { x: "y" }), "invalid_client", 401)
})

test("a client that named no method may send its secret either way - RFC 6749 2.3.1", async () => {
  const client = await registerClient()
  const form = await makeForm(client)
  for (const used of ["client_secret_basic", "client_secret_post"] as const) {
    for (const path of endpoints) {
      const response = await postForm(path, { ...client, tokenEndpointAuthMethod: used }, form)
      expect(await response.text(), `${used} ${path}`).not.toContain("invalid_client")
    }
  }
})

test("a client that named its method is accepted only by that one - RFC 7591 2", async () => {
  const methods = ["client_secret_basic", "client_secret_post", "none"] as const
  for (const registered of methods) {
    const client = await registerClient({ tokenEndpointAuthMethod: registered })
    const form = await makeForm(client)
    const clientSecret = client.clientSecret ?? remember(randomBytes(32).toString("base64url"))
    for (const used of methods.filter((method) => method !== registered)) {
      const posing = { ...client, tokenEndpointAuthMethod: used, clientSecret: used === "none" ? null : clientSecret }
      for (const path of endpoints) await expectOAuthError(await postForm(path, posing, form), "invalid_client", 401)
    }
  }
})

test("credentials that are not UTF-8 are refused - RFC 7617 2.1", async () => {
  const client = await registerClient()
  const form = await makeForm(client)
  for (const bytes of [Buffer.from([0xff]), Buffer.from("%ff"), Buffer.from("caf%E9")]) {
    const pair = Buffer.concat([Buffer.from(`${client.clientId}:`), bytes])
    for (const path of endpoints) {
      const headers = { Authorization: `Basic ${pair.toString("base64")}` }
      await expectOAuthError(await postForm(path, null, form, { headers }), "invalid_client", 401)
    }
  }
})

test("two methods in one request are refused, even if both are correct - RFC 6749 2.3", async () => {
  const client = await registerClient()
  const form = await makeForm(client)
  const clientSecret = client.clientSecret ?? ""
  for (const path of endpoints) {
    const both = { ...form, client_id: client.clientId, client_secret: clientSecret }
    await expectOAuthError(await postForm(path, client, both), "invalid_request")
    await expectOAuthError(await postForm(path, client, { ...form, client_secret: clientSecret }), "invalid_request")
    await expectOAuthError(await postForm(path, client, { ...form, client_id: "another" }), "invalid_request")
  }
  // The client's own id beside the header is no second method.
  expect((await postForm("/token", client, { ...form, client_id: client.clientId })).status).toBe(200)
})

test("a client with a key authenticates by an assertion, which is accepted once - RFC 7523 3, OpenID Connect Core 9", async () => {
  const client = await registerClient({ tokenEndpointAuthMethod: "private_key_jwt" })
  const form = await makeForm(client)
  for (const path of endpoints) {
    const response = await postForm(path, client, form)
    expect(await response.text(), path).not.toContain("invalid_client")
    const assertion = await signAssertion(client)
    expect(await (await postForm(path, null, { ...form, ...assertion })).text(), path).not.toContain("invalid_client")
    await expectOAuthError(await postForm(path, null, { ...form, ...assertion }), "invalid_client", 401)
  }
})

test("an assertion must have the algorithm that the client is registered with - OpenID Connect Registration 2", async () => {
  const { publicKey, privateKey } = await generateKeyPair("PS256", { extractable: true })
  // Without alg, an RSA key is for RS256 too.
  const jwks = JSON.stringify({ keys: [await exportJWK(publicKey)] })
  const metadata = { tokenEndpointAuthMethod: "private_key_jwt", jwks }
  const any = await registerClient(metadata)
  const pinned = await registerClient({ ...metadata, tokenEndpointAuthSigningAlg: "PS256" })
  const keys = { PS256: privateKey, RS256: (await importJWK(await exportJWK(privateKey), "RS256")) as CryptoKey }
  for (const path of [...endpoints, "/par"]) {
    const send = async (client: TestClient, alg: "PS256" | "RS256") => {
      const assertion = await signAssertion({ ...client, privateKey: keys[alg] }, alg)
      return postForm(path, null, { grant_type: "client_credentials", token: "x", refresh_token: "x", ...assertion })
    }
    for (const [client, alg] of [
      [any, "RS256"],
      [any, "PS256"],
      [pinned, "PS256"],
    ] as const)
      expect(await (await send(client, alg)).text(), path).not.toContain("invalid_client")
    await expectOAuthError(await send(pinned, "RS256"), "invalid_client", 401)
  }
})

test("an assertion of a client without a key is refused, with or without a right secret beside it - RFC 7521 4.2", async () => {
  const { privateKey } = await registerClient({ tokenEndpointAuthMethod: "private_key_jwt" })
  const client = await registerClient()
  const form = await makeForm(client)
  const assertion = await signAssertion({ ...client, privateKey })
  for (const path of endpoints) {
    await expectOAuthError(await postForm(path, null, { ...form, ...assertion }), "invalid_client", 401)
    await expectOAuthError(await postForm(path, client, { ...form, ...assertion }), "invalid_request", 400)
  }
  expect((await postForm("/token", client, form)).status).toBe(200)
})

test("an assertion whose sub is not a client ID is refused and breaks nothing - RFC 7523 3", async () => {
  const encode = (part: unknown) => Buffer.from(JSON.stringify(part)).toString("base64url")
  const subjects = [null, 1, true, [], ["x"], {}, "", "\0", "a\0b", "\ud800", "\u00e9", "x".repeat(3_000), undefined]
  for (const path of endpoints) {
    for (const sub of subjects) {
      const assertion = `${encode({ alg: "ES256" })}.${encode({ sub })}.x`
      const form = { token: "x", client_assertion: assertion, client_assertion_type: assertionType }
      await expectOAuthError(await postForm(path, null, form), "invalid_client", 401)
    }
  }
})

test("a malformed Authorization header is refused and breaks nothing - RFC 7617 2", async () => {
  const client = await registerClient()
  const form = await makeForm(client)
  const encode = (pair: string) => `Basic ${Buffer.from(pair).toString("base64")}`
  const { clientId, clientSecret } = client
  const headers = [
    "",
    "Basic",
    "Basic ",
    "Basic :",
    "Basic !!!",
    "Basic AAAA",
    encode(""),
    encode(":"),
    encode(clientId),
    encode(`${clientId}:`),
    encode(`:${clientSecret}`),
    encode(`${clientId}\0:${clientSecret}`),
    encode(`\0:${clientSecret}`),
    encode(`%00:${clientSecret}`),
    encode(`${clientId}:%zz`),
    encode(`%E0%A4%A:${clientSecret}`),
    encode(`é:${clientSecret}`),
    encode(`${clientId} :${clientSecret}`),
    encode(`${clientId}:${clientSecret}:x`),
    `Bearer ${clientSecret}`,
    `Digest ${clientSecret}`,
    `${encode(`${clientId}:${clientSecret}`)} x`,
    `Basic ${"A".repeat(9000)}`,
  ]
  for (const Authorization of headers)
    for (const path of endpoints)
      await expectOAuthError(await postForm(path, null, form, { headers: { Authorization } }), "invalid_client", 401)
  expect((await postForm("/token", client, form)).status).toBe(200)
})

test("an empty secret is no secret, and a public client cannot have one - RFC 6749 2.3.1", async () => {
  const confidential = await registerClient({ tokenEndpointAuthMethod: "client_secret_post" })
  const publicClient = await registerClient({ tokenEndpointAuthMethod: "none" })
  for (const client of [confidential, publicClient]) {
    const form = await makeForm(client)
    const headers = { Authorization: basic(client.clientId, "") }
    for (const path of endpoints) {
      const response = await postForm(path, null, form, { headers })
      // POST /introspect is not for public clients.
      const isAccepted = client === publicClient && path !== "/introspect"
      if (isAccepted) expect(await response.text(), path).not.toContain("invalid_client")
      else await expectOAuthError(response, "invalid_client", 401)
      await expectOAuthError(await postForm(path, { ...client, clientSecret: "x" }, form), "invalid_client", 401)
    }
  }
  const form = await makeForm(confidential)
  for (const path of endpoints)
    await expectOAuthError(
      await postForm(path, null, { ...form, client_id: confidential.clientId, client_secret: "" }),
      "invalid_client",
      401,
    )
})

test("guesses of a client's secret are limited by client and address - RFC 6749 2.3.1", async () => {
  const server = await startInstance({ SIGN_IN_ATTEMPTS_PER_ADDRESS: "5" })
  const { baseUrl } = server
  const [client, other] = [await registerClient(), await registerClient()]
  const guess = { ...client, clientSecret: "not the secret" } as TestClient
  for (let i = 0; i < 5; i++) {
    await expectOAuthError(await postForm("/revoke", guess, { token: "x" }, { baseUrl }), "invalid_client", 401)
  }
  // Also the right one, so that no one finds out that it is.
  for (const sender of [guess, client]) {
    const response = await postForm("/introspect", sender, { token: "x" }, { baseUrl })
    expect(Number(response.headers.get("retry-after"))).toBeGreaterThan(0)
    await expectOAuthError(response, "temporarily_unavailable", 429)
  }
  expect((await postForm("/revoke", other, { token: "x" }, { baseUrl })).status).toBe(200)
  await server.stop()
})

test("a replaced secret is refused immediately, and the new one is accepted - RFC 6749 2.3.1", async () => {
  const client = await registerClient()
  const user = await insertUser()
  const code = await obtainCode(client, user)
  const clientSecret = remember(await rotateClientSecret(client.clientId))
  await expectOAuthError(await redeem(client, code), "invalid_client", 401)
  expect((await redeem({ ...client, clientSecret }, code)).status).toBe(200)
})

test("a deleted client is unknown, and its tokens are dead - RFC 6749 5.2", async () => {
  const client = await registerClient()
  const tokens = await obtainTokens(client, await insertUser())
  await deleteClient(client.clientId, {})
  expect(await isActive(tokens.access_token)).toBe(false)
  await expectOAuthError(
    await postForm("/refresh", client, { refresh_token: tokens.refresh_token }),
    "invalid_client",
    401,
  )
})
