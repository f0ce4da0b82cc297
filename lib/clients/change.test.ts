import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { findClient } from "@/lib/data/clients"
import { describeOnEachDatabase, openTestDatabase, type TestDatabase } from "@/lib/testing/database"
import { oauthError } from "@/lib/testing/errors"
import { storeClient } from "@/lib/testing/rows"
import type { ClientMetadata } from "./metadata"
import { changeClient, registerClient, rotateClientSecret } from "./registration"

let opened: TestDatabase
beforeAll(async () => {
  opened = await openTestDatabase("sqlite")
})
afterAll(() => opened.drop())

const register = (changes: Partial<ClientMetadata> = {}) =>
  registerClient({ clientName: "A client", redirectUris: ["https://client.example/callback"], ...changes })

describe("a change to a client", () => {
  test("leaves everything else, its secret included, as it was", async () => {
    const { client } = await register({ scope: "openid email", firstParty: true })
    const changed = await changeClient(client.clientId, { clientName: "Another name" })
    expect(changed).toEqual({ ...client, clientName: "Another name" })
    expect(await findClient(client.clientId)).toEqual(changed)
  })

  test("that is left undefined changes nothing", async () => {
    const { client } = await register()
    const changes = { clientName: undefined, redirectUris: undefined, scope: undefined, requirePkce: undefined }
    expect(await changeClient(client.clientId, changes)).toEqual(client)
  })

  test("is checked as a registration is", async () => {
    const { client } = await register({ requirePkce: false })
    const refused = expect.objectContaining({ reason: "metadata_invalid" })
    await expect(changeClient(client.clientId, { redirectUris: [] })).rejects.toThrow(refused)
    await expect(changeClient(client.clientId, { scope: "email" })).rejects.toThrow(refused)
    expect(await findClient(client.clientId)).toEqual(client)
  })

  test("is possible to a client of an earlier version, whose other fields are past today's limits", async () => {
    const long = `https://client.example/${"x".repeat(600)}`
    const old = { clientName: "n".repeat(120), redirectUris: [long], postLogoutRedirectUris: [long] }
    const client = await storeClient({ ...old, tokenEndpointAuthMethod: "client_secret_basic" })
    for (const change of [{ firstParty: true }, { scope: "openid" }, { idTokenSignedResponseAlg: "ES256" }]) {
      expect(await changeClient(client.clientId, change)).toMatchObject(old)
    }
    for (const change of [
      { clientName: old.clientName },
      { redirectUris: [long] },
      { postLogoutRedirectUris: [long] },
    ]) {
      await expect(changeClient(client.clientId, change)).rejects.toThrow(
        expect.objectContaining({ reason: "metadata_invalid" }),
      )
    }
    const valid = { clientName: "Short", redirectUris: ["https://client.example/short"], requirePkce: false }
    expect(await changeClient(client.clientId, valid)).toMatchObject(valid)
    await expect(changeClient(client.clientId, { scope: "email" })).rejects.toThrow(
      oauthError("invalid_client_metadata", "metadata_invalid"),
    )
  })

  test("may take one secret method for the other, but makes no client public or confidential", async () => {
    const { client } = await register()
    expect(await changeClient(client.clientId, { tokenEndpointAuthMethod: "client_secret_post" })).toEqual({
      ...client,
      tokenEndpointAuthMethod: "client_secret_post",
    })
    await expect(changeClient(client.clientId, { tokenEndpointAuthMethod: "none" })).rejects.toThrow(
      oauthError("invalid_client_metadata", "metadata_invalid"),
    )
    const { client: open } = await register({ tokenEndpointAuthMethod: "none" })
    await expect(changeClient(open.clientId, { tokenEndpointAuthMethod: "client_secret_basic" })).rejects.toThrow(
      oauthError("invalid_client_metadata", "metadata_invalid"),
    )
  })

  test("to a client that there is not changes nothing", async () => {
    expect(await changeClient("unknown", { clientName: "A name" })).toBeNull()
    expect(await rotateClientSecret("unknown")).toBeNull()
  })
})

describeOnEachDatabase("changes to a client at the same time", () => {
  test("are all made, and the rules hold for what they make together", async () => {
    const { client } = await registerClient({ clientName: "A client", redirectUris: ["https://client.example/a"] })
    const changes: Partial<ClientMetadata>[] = [
      { clientName: "Another name" },
      { redirectUris: ["https://client.example/b"] },
      { postLogoutRedirectUris: ["https://client.example/out"] },
      { idTokenSignedResponseAlg: "ES256" },
      { firstParty: true },
      { tokenEndpointAuthMethod: "client_secret_post" },
    ]
    await Promise.all(changes.map((change) => changeClient(client.clientId, change)))
    expect(await findClient(client.clientId)).toMatchObject(Object.assign({}, ...changes))

    // Each of the two is allowed by itself: only an OpenID client can be exempted from PKCE.
    const exclusive = [{ scope: "email" }, { requirePkce: false }].map((change) =>
      changeClient(client.clientId, change),
    )
    const outcomes = (await Promise.allSettled(exclusive)).map(({ status }) => status)
    expect(outcomes.sort()).toEqual(["fulfilled", "rejected"])
  })
})
