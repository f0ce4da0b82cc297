import { afterAll, beforeAll, expect, test } from "vitest"
import { registerClient } from "@/lib/clients/registration"
import { findConsent } from "@/lib/data/consents"
import { generateId, generateToken } from "@/lib/protocol/random"
import { startBrowserSession } from "@/lib/sessions/browser-sessions"
import { openTestDatabase, type TestDatabase } from "@/lib/testing/database"
import { storeUser } from "@/lib/testing/rows"
import { allowInteraction } from "./interaction"
import { beginAuthorization, sealStateToken } from "./state-token"

let opened: TestDatabase
beforeAll(async () => {
  opened = await openTestDatabase("sqlite", {})
})
afterAll(() => opened.drop())

test("Allow records nothing for a User whom the form names and who is not the one signed in", async () => {
  const [ada, mallory] = [await storeUser(), await storeUser()]
  const { client } = await registerClient({ clientName: "Shop", redirectUris: ["https://client.example/callback"] })
  const browserToken = generateToken()
  const state = beginAuthorization(
    generateId(),
    {
      clientId: client.clientId,
      redirectUri: "https://client.example/callback",
      state: null,
      scope: ["openid", "email"],
      resource: [],
      codeChallenge: "c".repeat(43),
      nonce: null,
      prompt: [],
      maxAge: null,
      loginHint: null,
      idTokenHint: null,
    },
    browserToken,
  )
  const { token } = await startBrowserSession(mallory.id, null)
  const browser = { browserTokens: [browserToken], browserSessionToken: token }
  const stateToken = await sealStateToken(state)

  await allowInteraction(stateToken, browser, ada.id, null)
  expect(await findConsent(ada.id, client.clientId)).toBeNull()
  expect(await findConsent(mallory.id, client.clientId)).toBeNull()

  await allowInteraction(stateToken, browser, mallory.id, null)
  expect((await findConsent(mallory.id, client.clientId))?.scope).toEqual(["openid", "email"])
})
