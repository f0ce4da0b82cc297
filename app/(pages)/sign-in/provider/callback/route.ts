import { returnFromProvider } from "@/lib/authentication/sign-in-with-provider"
import { continuePath, findInteraction } from "@/lib/authorization/interaction"
import { browserEndpoint } from "@/lib/http/browser-endpoint"
import { formatCookie, formatSessionCookie, readCookie } from "@/lib/http/cookies"
import { readSource } from "@/lib/http/device"
import { refuseWhenBusy } from "@/lib/http/error-page"
import { pathWithState, showFormAgain, showNotice } from "@/lib/http/form-result"
import { forgetVisit } from "@/lib/http/provider-visit"
import { redirect } from "@/lib/http/responses"
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
      const signedIn = await findSignedInUser(browser.browserSessionToken)
      const by = {
        source: readSource(request, interaction && flow),
        locale: texts.locale,
        previousToken: browser.browserSessionToken,
      }
      return refuseWhenBusy(texts, pathWithState("/sign-in", state), async () => {
        const sealed = readCookie(request, "provider")
        const result = await returnFromProvider(sealed, request.query, signedIn?.user ?? null, by, interaction && flow)
        const forget = forgetVisit()
        switch (result.outcome) {
          case "signed_in": {
            const cookies = [formatSessionCookie(result.browserSession), ...forget]
            if (result.needsCode) return redirect(pathWithState("/sign-in/code", state), cookies)
            if (state) flow.step("authorization.redirects_to_callback")
            return redirect(state ? await continuePath(state, browser.browserTokens) : (result.next ?? "/"), cookies)
          }
          case "confirm": {
            const pending = formatCookie("provider", result.sealed, { maxAge: confirmSeconds })
            return redirect(pathWithState("/sign-in/provider/confirm", state), [pending])
          }
          case "linked":
            return showNotice("/account/providers", "providerLinked", forget)
          case "failed": {
            const page = result.isLink ? "/account/providers" : "/sign-in"
            const errors = { form: result.problem }
            return showFormAgain(page, result.isLink ? null : state, { values: {}, errors })
          }
        }
      })
    },
  },
  { waitsForOthers: true },
)
