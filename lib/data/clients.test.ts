import { describe, expect, test } from "vitest"
import { generateId } from "@/lib/protocol/random"
import { describeOnEachDatabase } from "@/lib/testing/database"
import { storeClient } from "@/lib/testing/rows"
import { findClient, hasOrigin, hasOriginAtAnyPort, insertClient, listClients, updateClient } from "./clients"
import { database } from "./database"

describeOnEachDatabase("a client", (provider) => {
  test("is stored and found with every field", async () => {
    const facts = {
      clientId: generateId(),
      clientName: "Caf\u00e9 \u{1f600}",
      clientSecretHash: "h".repeat(43),
      tokenEndpointAuthMethod: "client_secret_post" as const,
      redirectUris: ["https://a.example/callback?x=1", "com.example.app:/callback"],
      postLogoutRedirectUris: ["https://a.example/"],
      jwks: '{"keys":[]}',
      jwksUri: "https://a.example/keys",
      tokenEndpointAuthSigningAlg: "PS256",
      backchannelLogoutUri: "https://a.example/logout",
      origins: ["https://a.example"],
      grantTypes: ["authorization_code" as const],
      scope: ["openid", "invoices:read"],
      strictScope: true,
      idTokenSignedResponseAlg: "ES256" as const,
      idTokenScopeClaims: false,
      userinfoSignedResponseAlg: "RS256" as const,
      firstParty: true,
      resourceServer: true,
      resources: ["https://api.example/"],
      requirePkce: false,
      requirePushedRequests: true,
      requireSecondFactor: true,
      logoUri: "https://client.example/logo.png",
      clientUri: "https://client.example/",
      policyUri: "https://client.example/privacy",
      tosUri: null,
      dpopBoundAccessTokens: true,
      source: "token" as const,
      registrationTokenHash: "another hash",
    }
    const client = await insertClient(facts, {})
    expect(client).toEqual({ ...facts, createdAt: expect.any(Date) })
    expect(await findClient(facts.clientId)).toEqual(client)
    expect(await listClients()).toContainEqual(client)
  })

  test("may have empty lists", async () => {
    const empty = {
      redirectUris: [],
      postLogoutRedirectUris: [],
      origins: [],
      grantTypes: [],
      scope: [],
      resources: [],
    }
    const { clientId } = await storeClient(empty)
    expect(await findClient(clientId)).toMatchObject(empty)
  })

  test("is not found by another ID, or by its ID in another case", async () => {
    await storeClient({ clientId: "CaseMatters" })
    expect(await findClient("casematters")).toBeNull()
    expect(await findClient(generateId())).toBeNull()
  })

  test("is changed only in the given fields", async () => {
    const client = await storeClient({ origins: ["https://a.example"] })
    const changes = { clientName: "Another", redirectUris: ["https://b.example/"], origins: [], firstParty: true }
    expect(await updateClient(client.clientId, () => changes, {})).toEqual({ ...client, ...changes })
    expect(await findClient(client.clientId)).toEqual({ ...client, ...changes })
    expect(await updateClient(generateId(), () => changes, {})).toBeNull()
  })

  test("is changed whatever the format of its row, and only as it was read", async () => {
    const { clientId } = await storeClient({ scope: ["openid", "email"] })
    const createdAt = provider === "sqlite" ? "datetime()" : "now()"
    const db = await database()
    await db.$executeRawUnsafe(
      `UPDATE "Client" SET "scope" = ' openid  email', "createdAt" = ${createdAt} WHERE "clientId" = '${clientId}'`,
    )
    const decided: string[][] = []
    const changed = await updateClient(
      clientId,
      (client) => {
        decided.push(client.scope)
        return { clientName: "Another" }
      },
      {},
    )
    expect(changed).toMatchObject({ clientName: "Another", scope: ["openid", "email"] })
    expect(decided).toHaveLength(1)
    const append = (text: string) => updateClient(clientId, ({ clientName }) => ({ clientName: clientName + text }), {})
    await Promise.all(["1", "2", "3"].map(append))
    expect((await findClient(clientId))?.clientName).toHaveLength("Another".length + 3)
  })

  describe("has registered origins:", () => {
    test("each one matches, but no part and no combination of them", async () => {
      await storeClient({
        origins: ["https://app.example.com", "http://localhost:5173", "https://app.example.com:8443"],
      })
      for (const origin of ["https://app.example.com", "http://localhost:5173", "https://app.example.com:8443"]) {
        expect(await hasOrigin(origin), origin).toBe(true)
      }
      const others = [
        "https://app.example.co",
        "ttps://app.example.com",
        "https://app.example.com:844",
        "http://localhost",
        "http://localhost:517",
        "http://localhost:51733",
        "http://app.example.com",
        "https://example.com",
        "https://app.example.com.evil.example",
        "https://app.example.com http://localhost:5173",
        "HTTPS://APP.EXAMPLE.COM",
        "",
        " ",
        "null",
      ]
      for (const origin of others) expect(await hasOrigin(origin), origin).toBe(false)
    })

    test("of any port, or of none", async () => {
      await storeClient({ origins: ["http://127.0.0.1", "http://[::1]:8080", "http://localhost.example:1"] })
      for (const portless of ["http://127.0.0.1", "http://[::1]"]) expect(await hasOriginAtAnyPort(portless)).toBe(true)
      for (const other of ["http://127.0.0", "http://[::2]", "http://localhost.exampl"]) {
        expect(await hasOriginAtAnyPort(other), other).toBe(false)
      }
    })

    test("a wildcard of LIKE matches only itself", async () => {
      await storeClient({ origins: ["https://a.b.example.org"] })
      for (const origin of [
        "https://a_b.example.org",
        "https://%",
        "%",
        "_",
        "https://a%",
        "https://a.b.example.or\\g",
      ]) {
        expect(await hasOrigin(origin), origin).toBe(false)
      }
    })
  })
})
