import { returnFromProvider } from "@/lib/authentication/sign-in-with-provider"
import { findInteraction } from "@/lib/authorization/interaction"
import { browserEndpoint } from "@/lib/http/browser-endpoint"
import { formatCookie, readCookie } from "@/lib/http/cookies"
import { refuseWhenBusy } from "@/lib/http/error-page"
import { pathWithState, showFormAgain, showNotice } from "@/lib/http/form-result"
import { forgetVisit } from "@/lib/http/provider-visit"
import { redirect } from "@/lib/http/responses"
import { continueSignedIn, readSignInBrowser, signedInCookies } from "@/lib/http/sign-in-form"
import { readTexts } from "@/lib/http/texts"
import { findSignedInUser } from "@/lib/sessions/browser-sessions"

/** Seconds. How long a person may take to confirm that two accounts are linked. */
const confirmSeconds = 10 * 60

/** Where a provider sends the browser back to: checks its answer, and signs the User in or links the account. */
export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = browserEndpoint(
  {
    GET: async (request, browser, flow) => {
      const stateToken = readCookie(request, "provider-flow")
      const interaction = stateToken === null ? null : await findInteraction(stateToken, browser.browserTokens)
      if (interaction) flow.join(interaction.flowId)
      const state = interaction && stateToken
      const texts = readTexts(request, interaction?.locale)
      const by = { ...(await readSignInBrowser(request, browser, interaction, flow)), locale: texts.locale }
      return refuseWhenBusy(texts, pathWithState("/sign-in", state), async () => {
        const sealed = readCookie(request, "provider")
        const signedIn = await findSignedInUser(browser.browserSessionToken)
        const result = await returnFromProvider(sealed, request.query, signedIn, by, interaction && flow)
        switch (result.outcome) {
          case "signed_in": {
            const cookies = [...(await signedInCookies(result.browserSession, browser, interaction)), ...forgetVisit()]
            return result.needsCode
              ? redirect(pathWithState("/sign-in/code", state), cookies)
              : continueSignedIn({ state, browser, flow, interaction, next: result.next }, cookies)
          }
          case "confirm": {
            const pending = formatCookie("provider", result.sealed, { maxAge: confirmSeconds })
            return redirect(pathWithState("/sign-in/provider/confirm", state), [pending])
          }
          case "linked":
            return showNotice("/account/providers", "providerLinked", forgetVisit())
          case "failed": {
            const errors = { form: result.problem }
            return result.isLink
              ? showFormAgain("/account/providers", null, { values: {}, errors })
              : showFormAgain("/sign-in", state, { values: {}, errors })
          }
        }
      })
    },
  },
  { waitsForOthers: true },
)
