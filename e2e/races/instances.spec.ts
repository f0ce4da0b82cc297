import { inParallel, test } from "../fixtures/instances"
import { query } from "../fixtures/rows"
import {
  expect,
  isActive,
  postForm,
  readTokens,
  registerClient,
  signAssertion,
  type TestClient,
} from "../fixtures/world"

const machine = () => registerClient({ redirectUris: [], grantTypes: ["client_credentials"], scope: "read" })

const requestToken = (client: TestClient, baseUrl: string) =>
  postForm("/token", client, { grant_type: "client_credentials" }, { baseUrl })

test("what one instance has answered is in force at another, while both are busy - RFC 7009 2", async ({
  oneAndTwoProcesses,
}) => {
  const client = await machine()
  for (const baseUrls of oneAndTwoProcesses) {
    await inParallel(24, baseUrls, async (baseUrl) => {
      const other = baseUrls.find((url) => url !== baseUrl) ?? baseUrl
      for (let i = 0; i < 5; i++) {
        const { access_token } = await readTokens(await requestToken(client, baseUrl))
        expect(await isActive(access_token, other)).toBe(true)
        expect((await postForm("/revoke", client, { token: access_token }, { baseUrl: other })).status).toBe(200)
        expect(await isActive(access_token, baseUrl)).toBe(false)
      }
    })
  }
})

test("of 20 parallel requests with one client assertion, one is accepted by all instances together - RFC 7523 3", async ({
  oneAndTwoProcesses,
}) => {
  const client = await registerClient({
    redirectUris: [],
    grantTypes: ["client_credentials"],
    scope: "read",
    tokenEndpointAuthMethod: "private_key_jwt",
  })
  for (const baseUrls of oneAndTwoProcesses) {
    const body = new URLSearchParams({ grant_type: "client_credentials", ...(await signAssertion(client)) })
    const responses = await inParallel(20, baseUrls, (baseUrl) =>
      fetch(new URL("/token", baseUrl), { method: "POST", body }),
    )
    expect(responses.map(({ status }) => status).sort()).toEqual([200, ...Array(19).fill(401)])
  }
})

test("a client that was deleted is refused immediately by instances that are busy - RFC 7592 2.3", async ({
  oneAndTwoProcesses,
}) => {
  for (const baseUrls of oneAndTwoProcesses) {
    await inParallel(24, baseUrls, async (baseUrl) => {
      const client = await machine()
      expect((await requestToken(client, baseUrl)).status).toBe(200)
      await query(`DELETE FROM "Client" WHERE "clientId" = ?`, [client.clientId])
      expect((await requestToken(client, baseUrl)).status).toBe(401)
    })
  }
})
