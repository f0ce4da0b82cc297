import http from "node:http"
import type { AddressInfo } from "node:net"
import {
  type CryptoKey,
  exportJWK,
  generateKeyPair,
  importJWK,
  type JWTHeaderParameters,
  type JWTPayload,
  SignJWT,
} from "jose"
import { beforeAll, expect, test } from "vitest"
import { openRequestObject } from "@/lib/authorization/request-object"
import { parseParameters } from "@/lib/protocol/parameters"
import { describeOnEachDatabase } from "@/lib/testing/database"
import { oauthError } from "@/lib/testing/errors"
import { authenticateClient } from "./authentication"
import { assertionType } from "./client-assertion"
import { changeClient, registerClient } from "./registration"

const issuer = "https://login.example.com"
const failed = oauthError("invalid_client", "client_authentication_failed")
const unavailable = oauthError("invalid_client", "client_keys_unavailable")

let keys: { privateKey: CryptoKey; jwks: string }
beforeAll(async () => {
  keys = await makeKeys("ES256")
})

async function makeKeys(alg: string) {
  const { publicKey, privateKey } = await generateKeyPair(alg, { extractable: true })
  const jwk = { ...(await exportJWK(publicKey)), kid: "the-key", alg }
  return { privateKey, jwks: JSON.stringify({ keys: [jwk] }) }
}

const register = async (
  metadata: { jwks?: string; jwksUri?: string; tokenEndpointAuthSigningAlg?: string } = { jwks: keys.jwks },
) => {
  const method = { tokenEndpointAuthMethod: "private_key_jwt" }
  const facts = { clientName: "A client", redirectUris: ["https://client.example/callback"], ...method, ...metadata }
  const { client, clientSecret } = await registerClient(facts)
  expect(clientSecret).toBeNull()
  return client
}

const seconds = () => Math.floor(Date.now() / 1000)
let count = 0

function sign(
  clientId: string,
  claims: JWTPayload = {},
  { key = keys.privateKey, header = {} }: { key?: CryptoKey | Uint8Array; header?: Partial<JWTHeaderParameters> } = {},
): Promise<string> {
  const usual = {
    iss: clientId,
    sub: clientId,
    aud: issuer,
    jti: `jti-${count++}`,
    iat: seconds(),
    exp: seconds() + 60,
  }
  const payload = Object.fromEntries(Object.entries({ ...usual, ...claims }).filter(([, value]) => value !== undefined))
  return new SignJWT(payload).setProtectedHeader({ alg: "ES256", kid: "the-key", ...header }).sign(key)
}

const authenticate = (assertion: string, form: Record<string, string> = {}, authorization: string | null = null) => {
  const parameters = { client_assertion: assertion, client_assertion_type: assertionType, ...form }
  return authenticateClient(
    authorization,
    parseParameters(new URLSearchParams(parameters).toString()),
    () => "192.0.2.1",
  )
}

describeOnEachDatabase("a client assertion", () => {
  test.each(["ES256", "PS256", "RS256", "EdDSA"])("authenticates the client that signed it, by %s", async (alg) => {
    const { privateKey, jwks } = await makeKeys(alg)
    const client = await register({ jwks })
    const options = { key: privateKey, header: { alg } }
    expect((await authenticate(await sign(client.clientId, {}, options))).clientId).toBe(client.clientId)
    const named = { client_id: client.clientId }
    const typed = await sign(client.clientId, {}, { ...options, header: { alg, typ: "JWT" } })
    expect((await authenticate(typed, named)).clientId).toBe(client.clientId)
  })

  test("is accepted from a client whose clock is 8 seconds ahead", async () => {
    const { clientId } = await register()
    const ahead = { iat: seconds() + 8, nbf: seconds() + 8 }
    expect((await authenticate(await sign(clientId, ahead))).clientId).toBe(clientId)
  })

  test("is accepted once, in any number of parallel requests, and another with its jti is not", async () => {
    const { clientId } = await register()
    const assertion = await sign(clientId, { jti: "once" })
    const answers = await Promise.allSettled(Array.from({ length: 8 }, () => authenticate(assertion)))
    expect(answers.filter(({ status }) => status === "fulfilled")).toHaveLength(1)
    await expect(authenticate(await sign(clientId, { jti: "once" }))).rejects.toThrow(failed)
    // Another client may have the same jti.
    const another = await register()
    await authenticate(await sign(another.clientId, { jti: "once" }))
  })

  test.each<[string, JWTPayload]>([
    ["has no exp", { exp: undefined }],
    ["expires in more than ten minutes", { exp: seconds() + 3600 }],
    ["has the token endpoint as its audience", { aud: `${issuer}/token` }],
    ["has the pushed authorization request endpoint as its audience", { aud: `${issuer}/par` }],
    ["has no audience", { aud: undefined }],
    ["has a list of audiences", { aud: [issuer] }],
    ["has no jti", { jti: undefined }],
  ])("is refused when it %s", async (_, claims) => {
    const { clientId } = await register()
    await expect(authenticate(await sign(clientId, claims))).rejects.toThrow(failed)
  })

  test("is refused when it is of another type, such as a request object", async () => {
    const { clientId } = await register()
    for (const typ of ["oauth-authz-req+jwt", "dpop+jwt", "at+jwt"])
      await expect(authenticate(await sign(clientId, {}, { header: { typ } }))).rejects.toThrow(failed)
    for (const typ of ["JWT", "jwt", "client-authentication+jwt", "application/client-authentication+jwt"])
      await authenticate(await sign(clientId, {}, { header: { typ } }))
  })

  test("is refused with another algorithm than the one that its client is registered with", async () => {
    const { privateKey, publicKey } = await generateKeyPair("RS256", { extractable: true })
    // Without alg, an RSA key is for RS256 and PS256.
    const jwks = JSON.stringify({ keys: [{ ...(await exportJWK(publicKey)), kid: "the-key" }] })
    const rsa = await importJWK(await exportJWK(privateKey), "PS256")
    const any = await register({ jwks })
    const pinned = await register({ jwks, tokenEndpointAuthSigningAlg: "PS256" })
    const by = async (clientId: string, alg: string) =>
      authenticate(
        await sign(clientId, {}, { key: alg === "RS256" ? privateKey : (rsa as CryptoKey), header: { alg } }),
      )
    for (const alg of ["RS256", "PS256"]) await by(any.clientId, alg)
    await by(pinned.clientId, "PS256")
    await expect(by(pinned.clientId, "RS256")).rejects.toMatchObject({
      code: "invalid_client",
      description: "The client_assertion must be signed with PS256. Send a new one.",
    })
    for (const tokenEndpointAuthMethod of ["none", "client_secret_basic"]) {
      await expect(changeClient(pinned.clientId, { tokenEndpointAuthMethod })).rejects.toMatchObject({
        description: "a client cannot switch between a secret, a key and none: register a new client",
      })
    }
    await changeClient(pinned.clientId, { tokenEndpointAuthSigningAlg: "" })
    await by(pinned.clientId, "RS256")
  })

  test("is the only method of the request, and of its client", async () => {
    const { clientId } = await register()
    const assertion = await sign(clientId)
    const twice = oauthError("invalid_request", "parameter_invalid")
    await expect(authenticate(assertion, { client_secret: "x" })).rejects.toThrow(twice)
    await expect(authenticate(assertion, {}, "Basic eDp5")).rejects.toThrow(twice)
    await expect(authenticate(assertion, { client_id: "another" })).rejects.toThrow(twice)
    await expect(authenticate(assertion, { client_assertion_type: "x" })).rejects.toThrow(failed)
    await expect(authenticateClient(null, parseParameters(`client_id=${clientId}`), () => "192.0.2.1")).rejects.toThrow(
      failed,
    )
    const { client } = await registerClient({ clientName: "Other", redirectUris: ["https://client.example/callback"] })
    await expect(authenticate(await sign(client.clientId))).rejects.toThrow(failed)
  })

  test("is verified with the keys at the client's jwks_uri, new ones included", async () => {
    let published = keys.jwks
    const server = http.createServer((_, response) => response.end(published))
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
    const jwksUri = `http://127.0.0.1:${(server.address() as AddressInfo).port}/keys`
    const { clientId } = await register({ jwksUri })
    await authenticate(await sign(clientId))
    published = '{"keys":[]}'
    await authenticate(await sign(clientId))
    server.close()
    server.closeAllConnections()
    const gone = await register({ jwksUri: `${jwksUri}/gone` })
    await expect(authenticate(await sign(gone.clientId))).rejects.toThrow(unavailable)
  })

  test.each([
    ["404", 404, "{}"],
    ["500", 500, "{}"],
    ["a page", 200, "<!doctype html>"],
    ["JSON that is no JWK Set", 200, "{}"],
  ])("is refused with its own reason when the jwks_uri answers with %s, as a request object is", async (_, ...sent) => {
    const [status, body] = sent
    const server = http.createServer((_, response) => response.writeHead(status).end(body))
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
    const client = await register({ jwksUri: `http://127.0.0.1:${(server.address() as AddressInfo).port}/keys` })
    const assertion = await sign(client.clientId)
    await expect(authenticate(assertion)).rejects.toThrow(unavailable)
    const parameters = parseParameters(new URLSearchParams({ request: assertion }).toString())
    const noKeys = oauthError("invalid_request_object", "client_keys_unavailable")
    await expect(openRequestObject(client, parameters)).rejects.toThrow(noKeys)
    server.close()
    server.closeAllConnections()
  })

  test.each([{}, { x: "AAAA", y: "AAAA" }, { x: 5, y: null }])(
    "is refused when the key %j of its client is no key",
    async (key) => {
      const jwks = JSON.stringify({ keys: [{ kty: "EC", crv: "P-256", kid: "the-key", ...key }] })
      const client = await register({ jwks })
      const assertion = await sign(client.clientId)
      await expect(authenticate(assertion)).rejects.toThrow(failed)
      const parameters = parseParameters(new URLSearchParams({ request: assertion }).toString())
      const refused = oauthError("invalid_request_object", "request_object_invalid")
      await expect(openRequestObject(client, parameters)).rejects.toThrow(refused)
    },
  )

  test.each([
    ["typ", {}, { typ: 5 as unknown as string }, /must have the typ JWT/],
    ["typ", {}, { typ: null as unknown as string }, /must have the typ JWT/],
    ["jti", { jti: { toString: 1, valueOf: 1 } as unknown as string }, {}, /no valid jti/],
  ])("is refused with a %s that is no string", async (_, claims, header, description) => {
    const { clientId } = await register()
    await expect(authenticate(await sign(clientId, claims, { header }))).rejects.toMatchObject({
      code: "invalid_client",
      description: expect.stringMatching(description),
    })
  })

  test("of a client with registered keys is refused for its signature, not for its keys", async () => {
    const { clientId } = await register()
    const { privateKey: key } = await makeKeys("ES256")
    await expect(authenticate(await sign(clientId, {}, { key }))).rejects.toThrow(failed)
  })
})

describeOnEachDatabase("the keys of a client", () => {
  test("must be public, and come from one place", async () => {
    const facts = { clientName: "A client", redirectUris: ["https://client.example/callback"] }
    const invalid = oauthError("invalid_client_metadata", "metadata_invalid")
    const tokenEndpointAuthMethod = "private_key_jwt"
    const privateJwks = JSON.stringify({
      keys: [await exportJWK((await generateKeyPair("ES256", { extractable: true })).privateKey)],
    })
    for (const metadata of [
      { tokenEndpointAuthMethod },
      { tokenEndpointAuthMethod, jwks: keys.jwks, jwksUri: "https://client.example/keys" },
      { tokenEndpointAuthMethod, jwks: "{}" },
      { tokenEndpointAuthMethod, jwks: '{"keys":[]}' },
      { tokenEndpointAuthMethod, jwks: '{"keys":[{"kty":"oct","k":"AAAA"}]}' },
      { tokenEndpointAuthMethod, jwks: privateJwks },
      { tokenEndpointAuthMethod, jwksUri: "http://client.example/keys" },
      { jwks: keys.jwks, jwksUri: "https://client.example/keys" },
      { tokenEndpointAuthMethod: "tls_client_auth" },
      { tokenEndpointAuthMethod: "client_secret_jwt" },
    ])
      await expect(registerClient({ ...facts, ...metadata }), JSON.stringify(metadata)).rejects.toThrow(invalid)
    const { client } = await registerClient(facts)
    await expect(changeClient(client.clientId, { tokenEndpointAuthMethod, jwks: keys.jwks })).rejects.toThrow(invalid)
  })
})
