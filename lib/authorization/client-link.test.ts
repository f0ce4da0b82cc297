import { beforeAll, expect, test } from "vitest"
import { type Client, updateClient } from "@/lib/data/clients"
import { Flow } from "@/lib/flows/flow"
import { generateToken } from "@/lib/protocol/random"
import { startBrowserSession } from "@/lib/sessions/browser-sessions"
import { makeAuthorization } from "@/lib/testing/authorization"
import { describeOnEachDatabase } from "@/lib/testing/database"
import { storeClient, storeUser } from "@/lib/testing/rows"
import { resumeAuthorization } from "./authorize"
import { sealStateToken } from "./state-token"

describeOnEachDatabase("the way back to the client", () => {
  let session: string
  beforeAll(async () => {
    session = (await startBrowserSession((await storeUser()).id, null)).token
  })

  const web = () => storeClient({ clientName: "Shop", firstParty: true })
  const native = () => storeClient({ clientName: "App", firstParty: true, redirectUris: ["com.example.app:/callback"] })
  const callBack = (stateToken: string, browserTokens: string[]) =>
    resumeAuthorization(stateToken, { browserTokens, browserSessionToken: session }, new Flow("GET", "/callback"))
  const expired = async (client: Client, browserTokens?: string[]) => {
    const begun = await makeAuthorization(client)
    const stateToken = await sealStateToken({ ...begun.state, expiresAt: new Date() })
    return callBack(stateToken, browserTokens ?? begun.browserTokens)
  }

  test("returns to the client that a sign-in was not finished in time", async () => {
    const answer =
      "error=access_denied&error_description=The+sign-in+was+not+finished+in+time.+Start+a+new+authorization+request.&state=the+client%27s+own+state&iss=https%3A%2F%2Flogin.example.com"
    await expect(expired(await web())).rejects.toMatchObject({
      reason: "state_token_invalid",
      client: { name: "Shop", returnUri: `https://client.example/callback?${answer}` },
    })
    await expect(expired(await native())).rejects.toMatchObject({
      client: { name: "App", returnUri: `com.example.app:/callback?${answer}` },
    })
  })

  test("is the client's start page when the client has had its answer, or has its state in another browser", async () => {
    const client = await web()
    const start = { name: "Shop", returnUri: "https://client.example/" }
    const { stateToken, browserTokens } = await makeAuthorization(client)
    await callBack(stateToken, browserTokens)
    await expect(callBack(stateToken, browserTokens)).rejects.toMatchObject({
      reason: "state_token_used",
      client: start,
    })
    await expect(callBack(stateToken, [generateToken()])).rejects.toMatchObject({ client: start })
    await expect(expired(client, [generateToken()])).rejects.toMatchObject({ client: start })
  })

  test("is the name alone for an app that has no page", async () => {
    const { stateToken, browserTokens } = await makeAuthorization(await native())
    await callBack(stateToken, browserTokens)
    await expect(callBack(stateToken, browserTokens)).rejects.toMatchObject({
      client: { name: "App", returnUri: null },
    })
  })

  test("never leads to a redirect URI that is no longer registered", async () => {
    const client = await web()
    const begun = await makeAuthorization(client)
    const late = await sealStateToken({ ...begun.state, expiresAt: new Date() })
    await updateClient(client.clientId, () => ({ redirectUris: ["https://new.example/callback"] }), {})
    for (const token of [begun.stateToken, late]) {
      await expect(callBack(token, begun.browserTokens)).rejects.toMatchObject({
        client: { name: "Shop", returnUri: "https://new.example/" },
      })
    }
  })

  test("is not offered when this server did not seal the token", async () => {
    await expect(callBack("x.y.z", [])).rejects.toMatchObject({ reason: "state_token_invalid", client: null })
  })
})
