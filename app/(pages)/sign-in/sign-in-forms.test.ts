import { beforeEach, expect, test } from "vitest"
import { listBrowserAccounts } from "@/lib/authentication/browser-accounts"
import type { Interaction } from "@/lib/authorization/interaction"
import { type Config, config } from "@/lib/config"
import { database } from "@/lib/data/database"
import { Flow } from "@/lib/flows/flow"
import { readSignInBrowser, signedInCookies } from "@/lib/http/sign-in-form"
import { listOutbox } from "@/lib/mail/outbox"
import { perProcess } from "@/lib/per-process"
import { findSignedInUser, startBrowserSession } from "@/lib/sessions/browser-sessions"
import { describeOnEachDatabase } from "@/lib/testing/database"
import { postedBy, testOrigin } from "@/lib/testing/posted-form"
import { storeUser } from "@/lib/testing/rows"
import { POST as postChoice } from "../select-account/submit/route"
import { POST as postSignUp } from "../sign-up/submit/route"
import { POST as postCode } from "./code/submit/route"

describeOnEachDatabase(
  "a form of the sign-in",
  () => {
    let token: string
    beforeEach(async () => {
      perProcess<Config>("config").value = { ...config(), mail: "outbox" }
      ;({ token } = await startBrowserSession((await storeUser()).id, null))
    })

    test("with a state token that has expired leads to /callback, which reports it", async () => {
      const { headers } = await postCode.handle(postedBy(token, { state: "expired", code: "123456" }))
      expect(headers.Location).toBe(`${testOrigin}/callback?state=expired`)
    })

    test("to use another account signs out, also with a state token that has expired", async () => {
      await postCode.handle(postedBy(token, { state: "expired", decision: "switch" }))
      expect(await findSignedInUser(token)).toBeNull()
    })

    test("to sign up sends the link, also with a state token that has expired", async () => {
      const email = `${token.toLowerCase().replaceAll(/[^a-z0-9]/g, "")}@example.com`
      await postSignUp.handle(postedBy(token, { state: "expired", email }))
      expect((await listOutbox(10)).map(({ to }) => to)).toContain(email)
    })

    test("that adds an account keeps the sign-in before, unless it waits for its second factor", async () => {
      const { id } = await storeUser()
      const completed = await startBrowserSession(id, null)
      const withApp = await storeUser()
      await (await database()).user.update({ where: { id: withApp.id }, data: { totp: "an app" } })
      const incomplete = await startBrowserSession(withApp.id, null)
      const interaction = { selectsAccount: true } as Interaction
      const keeps = async (browserSessionToken: string | null, chosen: Interaction | null) => {
        const browser = { browserTokens: [], browserSessionToken }
        const read = await readSignInBrowser(postedBy(token, {}), browser, chosen, new Flow("POST", "/sign-in/submit"))
        return read.keepsOthers
      }
      expect(await keeps(completed.token, interaction)).toBe(true)
      expect(await keeps(completed.token, null)).toBe(false)
      expect(await keeps(incomplete.token, interaction)).toBe(false)
      const anHourAgo = new Date(Date.now() - 3_600_000)
      const before = await startBrowserSession(withApp.id, null, anHourAgo)
      expect(await keeps(before.token, interaction)).toBe(true)
    })

    test("that adds an account names in its cookies every sign-in that goes on, also several of one person", async () => {
      const ada = await storeUser()
      const [first, second] = [await startBrowserSession(ada.id, null), await startBrowserSession(ada.id, null)]
      const added = await startBrowserSession((await storeUser()).id, null)
      const browser = {
        browserTokens: [],
        browserSessionToken: second.token,
        otherSessionTokens: [first.token, "ended"],
      }
      const interaction = { selectsAccount: true } as Interaction
      const [, others] = await signedInCookies(added, browser, interaction)
      expect(others).toContain(`=${second.token}.${first.token};`)
    })

    test("to choose an account names the others in its cookies, also several of one person", async () => {
      const ada = await storeUser()
      const [first, second] = [await startBrowserSession(ada.id, null), await startBrowserSession(ada.id, null)]
      const accounts = await listBrowserAccounts(token, [first.token, second.token])
      const chosen = accounts.find(({ user }) => user.id !== ada.id)
      const request = postedBy(first.token, { account: chosen?.id ?? "" }, [second.token, token])
      const { cookies } = await postChoice.handle(request)
      expect(cookies?.[0]).toContain(`=${token};`)
      expect(cookies?.[1]).toContain(`=${first.token}.${second.token};`)
    })
  },
  { LOG_LEVEL: "silent" },
)
