import { finishSignUp } from "@/lib/accounts/sign-up-link"
import { continuePath, findInteraction } from "@/lib/authorization/interaction"
import { config } from "@/lib/config"
import { formatSessionCookie } from "@/lib/http/cookies"
import { readSource } from "@/lib/http/device"
import { notFoundPage, refuseWhenBusy, waitPage } from "@/lib/http/error-page"
import { formEndpoint } from "@/lib/http/form-endpoint"
import { forgetFormResult, showFormAgain } from "@/lib/http/form-result"
import { redirect } from "@/lib/http/responses"
import { readTexts } from "@/lib/http/texts"
import { toUrlToken } from "@/lib/http/url-token"

/** Consumes the link of the sign-up e-mail, makes the User, signs the browser in and continues the authorization. */
export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = formEndpoint(
  "/sign-up",
  async ({ field, browser, request, flow }) => {
    if (!config().SIGN_UP) return notFoundPage(request)
    const texts = readTexts(request)
    const page = `/sign-up/finish?${new URLSearchParams({ token: toUrlToken(field("token")) })}`
    return refuseWhenBusy(texts, page, async () => {
      const [name, password] = [field("name").trim(), field("password")]
      const previousToken = browser.browserSessionToken
      const facts = { name, password, locale: texts.locale, previousToken, source: readSource(request) }
      const result = await finishSignUp(field("token"), facts)
      if (!result) return redirect(page)
      if ("waitSeconds" in result) {
        const wait = { problem: "too_many_attempts", retryAfterSeconds: result.waitSeconds } as const
        return waitPage(texts, wait, { href: page, isSignIn: false })
      }
      if (!result.ok) return showFormAgain(page, null, { values: { name }, errors: { [result.field]: result.problem } })
      const cookies = [formatSessionCookie(result.browserSession), forgetFormResult()]
      const interaction = result.stateToken && (await findInteraction(result.stateToken, browser.browserTokens))
      if (!result.stateToken || !interaction) return redirect("/", cookies)
      flow.join(interaction.flowId)
      flow.concerns({ userId: result.user.id })
      flow.step("authorization.redirects_to_callback")
      return redirect(await continuePath(result.stateToken, browser.browserTokens), cookies)
    })
  },
)
