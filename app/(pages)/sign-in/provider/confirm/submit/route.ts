import { confirmLink } from "@/lib/authentication/sign-in-with-provider"
import { continuePath, findInteraction } from "@/lib/authorization/interaction"
import { formatSessionCookie, readCookie } from "@/lib/http/cookies"
import { readSource } from "@/lib/http/device"
import { formEndpoint } from "@/lib/http/form-endpoint"
import { pathWithState, showFormAgain } from "@/lib/http/form-result"
import { forgetVisit } from "@/lib/http/provider-visit"
import { redirect } from "@/lib/http/responses"
import { readTexts } from "@/lib/http/texts"

/** Links the account elsewhere with the account here, signs the User in and continues the authorization. */
export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = formEndpoint(
  "/sign-in",
  async ({ state, browser, request, flow }) => {
    const interaction = state === null ? null : await findInteraction(state, browser.browserTokens)
    if (interaction) flow.join(interaction.flowId)
    const { locale } = readTexts(request, interaction?.locale)
    const by = { source: readSource(request, interaction && flow), locale, previousToken: browser.browserSessionToken }
    const result = await confirmLink(readCookie(request, "provider") ?? "", by, interaction && flow)
    if (result.outcome !== "signed_in") {
      return showFormAgain("/sign-in", state, { values: {}, errors: { form: "problems.providerFailed" } })
    }
    const cookies = [formatSessionCookie(result.browserSession), ...forgetVisit()]
    if (result.needsCode) return redirect(pathWithState("/sign-in/code", state), cookies)
    if (interaction) flow.step("authorization.redirects_to_callback")
    return redirect(state ? await continuePath(state, browser.browserTokens) : "/", cookies)
  },
)
