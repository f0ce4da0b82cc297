import { beforeAll, describe, expect, test } from "vitest"
import type { Client } from "@/lib/data/clients"
import { findConsent } from "@/lib/data/consents"
import { findSession } from "@/lib/data/sessions"
import type { User } from "@/lib/data/users"
import { Flow } from "@/lib/flows/flow"
import { generateToken } from "@/lib/protocol/random"
import { startBrowserSession } from "@/lib/sessions/browser-sessions"
import { makeAuthorization } from "@/lib/testing/authorization"
import { describeOnEachDatabase } from "@/lib/testing/database"
import { storeClient, storeUser } from "@/lib/testing/rows"
import { resumeAuthorization } from "./authorize"
import { allowInteraction, callbackPath, continuePath, findPathPastForm } from "./interaction"
import { openStateToken, sealStateToken } from "./state-token"

const stateTokenOf = (path: string | null) => new URL(path ?? "", "https://x").searchParams.get("state") ?? ""

describeOnEachDatabase("an interaction", () => {
  let client: Client
  let user: User
  beforeAll(async () => {
    client = await storeClient({ firstParty: true })
    user = await storeUser()
  })

  const signedIn = async (who = user, at = new Date()) => (await startBrowserSession(who.id, null, at)).token
  const callBack = async (stateToken: string, browserTokens: string[]) =>
    resumeAuthorization(stateToken, { browserTokens, browserSessionToken: await signedIn() }, new Flow("GET", "/"))

  test("records no consent of a User whom the form names and who is not the one signed in", async () => {
    const mallory = await storeUser()
    const { stateToken, browserTokens } = await makeAuthorization(client)
    const browser = { browserTokens, browserSessionToken: await signedIn(mallory) }
    await allowInteraction(stateToken, browser, user.id, {}, null)
    expect(await findConsent(user.id, client.clientId)).toBeNull()
    expect(await findConsent(mallory.id, client.clientId)).toBeNull()

    await allowInteraction(stateToken, browser, mallory.id, {}, null)
    expect((await findConsent(mallory.id, client.clientId))?.scope).toEqual(["openid", "email"])
  })

  describe("after a form", () => {
    test("goes on with the same state token as long as that has made no code", async () => {
      const { stateToken, browserTokens } = await makeAuthorization(client)
      expect(await continuePath(stateToken, browserTokens)).toBe(callbackPath(stateToken))
    })

    test("goes on with the same request under a new id when its token has made a code: Allow after Back", async () => {
      const { state, stateToken, browserTokens } = await makeAuthorization(client)
      await callBack(stateToken, browserTokens)
      const browser = { browserTokens, browserSessionToken: await signedIn() }
      const next = stateTokenOf(await allowInteraction(stateToken, browser, user.id, {}, null))
      const { id, ...rest } = await openStateToken(next, browserTokens)
      expect(id).not.toBe(state.id)
      expect({ ...rest, id: state.id }).toEqual(await openStateToken(stateToken, browserTokens))
      expect(await findSession(id)).toBeNull()

      const answer = await callBack(next, browserTokens)
      expect(answer).toMatchObject({ next: { parameters: { code: expect.stringContaining(id) } } })
      await expect(callBack(next, browserTokens)).rejects.toMatchObject({ reason: "state_token_used" })
    })

    test("goes on to /callback, which refuses it, with a token that is expired or of another browser", async () => {
      const { state, stateToken, browserTokens } = await makeAuthorization(client)
      await callBack(stateToken, browserTokens)
      expect(await continuePath(stateToken, [generateToken()])).toBe(callbackPath(stateToken))
      const expired = await sealStateToken({ ...state, expiresAt: new Date() })
      expect(await continuePath(expired, browserTokens)).toBe(callbackPath(expired))
    })
  })

  describe("whose sign-in page is opened", () => {
    const pathFor = async (
      { stateToken, browserTokens }: Awaited<ReturnType<typeof makeAuthorization>>,
      session: string | null | undefined = undefined,
    ) =>
      findPathPastForm(stateToken, {
        browserTokens,
        browserSessionToken: session === undefined ? await signedIn() : session,
      })

    test("shows the form when no one is signed in, or the token is of another browser", async () => {
      const begun = await makeAuthorization(client)
      expect(await pathFor(begun, null)).toBeNull()
      expect(await pathFor({ ...begun, browserTokens: [generateToken()] })).toBeNull()
    })

    test("continues when a user is signed in", async () => {
      const begun = await makeAuthorization(client)
      expect(await pathFor(begun)).toBe(callbackPath(begun.stateToken))
    })

    test("goes on with a new token when its code has been made", async () => {
      const begun = await makeAuthorization(client)
      await callBack(begun.stateToken, begun.browserTokens)
      const next = stateTokenOf(await pathFor(begun))
      expect((await openStateToken(next, begun.browserTokens)).id).not.toBe(begun.state.id)
    })

    test("shows the form when the request asks for a sign-in that has not been made for it", async () => {
      const earlier = await signedIn(user, new Date(Date.now() - 60_000))
      expect(await pathFor(await makeAuthorization(client, { prompt: ["login"] }), earlier)).toBeNull()
      expect(await pathFor(await makeAuthorization(client, { maxAge: 30 }), earlier)).toBeNull()
    })

    test("with prompt=login goes on after that sign-in, and shows the form again once the code has been made", async () => {
      const begun = await makeAuthorization(client, { prompt: ["login"] })
      expect(await pathFor(begun)).toBe(callbackPath(begun.stateToken))
      await callBack(begun.stateToken, begun.browserTokens)
      expect(await pathFor(begun)).toBeNull()
    })
  })
})
