import { exportJWK, generateKeyPair } from "jose"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { type Client, findClient } from "@/lib/data/clients"
import { Flow } from "@/lib/flows/flow"
import { generateToken, hashToken } from "@/lib/protocol/random"
import { openTestDatabase, type TestDatabase } from "@/lib/testing/database"
import { oauthError } from "@/lib/testing/errors"
import type { ClientMetadata } from "./metadata"
import { registerClient } from "./registration"
import { replaceRegistration } from "./self-registration"

let opened: TestDatabase
let jwks: { keys: object[] }
beforeAll(async () => {
  opened = await openTestDatabase("sqlite")
  jwks = { keys: [await exportJWK((await generateKeyPair("PS256", { extractable: true })).publicKey)] }
})
afterAll(() => opened.drop())

/** Registers a client, which then sends PUT /register. @returns what is stored afterwards */
async function replace(registered: Partial<ClientMetadata>, sent: Record<string, unknown>): Promise<Client | null> {
  const token = generateToken()
  const redirectUris = ["https://client.example/callback"]
  const self = { source: "open", registrationTokenHash: hashToken(token) } as const
  const { client } = await registerClient({ clientName: "A client", redirectUris, ...registered }, undefined, self)
  const body = { client_id: client.clientId, redirect_uris: redirectUris, ...sent }
  await replaceRegistration(client.clientId, token, body, new Flow("PUT", "/register", () => "192.0.2.1"))
  return findClient(client.clientId)
}

describe("PUT /register keeps the authentication method, which decides about the algorithm - RFC 7592 2.2", () => {
  test("a client with a key keeps the algorithm that it names", async () => {
    const pinned = {
      tokenEndpointAuthMethod: "private_key_jwt",
      tokenEndpointAuthSigningAlg: "PS256",
      jwks: JSON.stringify(jwks),
    }
    expect(await replace(pinned, { jwks, token_endpoint_auth_signing_alg: "PS256" })).toMatchObject({
      tokenEndpointAuthMethod: "private_key_jwt",
      tokenEndpointAuthSigningAlg: "PS256",
    })
  })

  test("a client with a secret keeps it, whatever method and algorithm it names", async () => {
    const sent = { token_endpoint_auth_method: "private_key_jwt", token_endpoint_auth_signing_alg: "PS256" }
    expect(await replace({ tokenEndpointAuthMethod: "client_secret_basic" }, sent)).toMatchObject({
      tokenEndpointAuthMethod: "client_secret_basic",
      tokenEndpointAuthSigningAlg: null,
    })
  })
})

test("another secret is refused, whatever its type - RFC 7592 2.2", async () => {
  const refused = oauthError("invalid_client_metadata", "metadata_invalid", /client_secret must be the current one/)
  for (const client_secret of ["other", ["other"], { toString: 1, valueOf: 1 }, null, 5]) {
    await expect(replace({}, { client_secret })).rejects.toThrow(refused)
  }
})

test("a key set that is nested too deeply is refused - RFC 7591 3.2.2", async () => {
  let x: unknown = "AA"
  for (let i = 0; i < 7_000; i++) x = [x]
  const sent = { jwks: { keys: [{ kty: "EC", x }] } }
  await expect(replace({}, sent)).rejects.toThrow(oauthError("invalid_client_metadata", "metadata_invalid", /nested/))
})
