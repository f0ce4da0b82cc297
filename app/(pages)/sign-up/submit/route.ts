import { requestSignUp } from "@/lib/accounts/sign-up-link"
import { signUp } from "@/lib/authentication/sign-in"
import { callbackPath, continuePath, findInteraction } from "@/lib/authorization/interaction"
import { config } from "@/lib/config"
import { formatSessionCookie } from "@/lib/http/cookies"
import { readSource } from "@/lib/http/device"
import { notFoundPage, waitPage } from "@/lib/http/error-page"
import { formEndpoint } from "@/lib/http/form-endpoint"
import { forgetFormResult, pathWithState, showFormAgain } from "@/lib/http/form-result"
import { answerMailRequest } from "@/lib/http/mail-request"
import { redirect } from "@/lib/http/responses"
import { readTexts } from "@/lib/http/texts"
import { isMailOn } from "@/lib/mail/outbox"

/**
 * Sends a link to finish signing up. Without e-mail: makes the User of the sign-up form, signs the browser in and continues
 * the authorization.
 */
export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = formEndpoint("/sign-up", async (form) => {
  const { field, state, browser, request, flow } = form
  if (!config().SIGN_UP) return notFoundPage(request)
  if (isMailOn()) return answerMailRequest(form, "/sign-up", requestSignUp)
  const [email, name, password] = [field("email").trim(), field("name").trim(), field("password")]
  // A state token of another browser is refused before anyone is signed in for it.
  const interaction = state === null ? null : await findInteraction(state, browser.browserTokens)
  if (state && !interaction) return redirect(callbackPath(state))
  if (interaction) flow.join(interaction.flowId)

  const previousToken = browser.browserSessionToken
  const facts = { email, name, password, address: request.clientAddress(), previousToken, source: readSource(request) }
  const result = await signUp(facts, interaction ? flow : null)
  if (result.ok) {
    if (interaction) flow.step("authorization.redirects_to_callback")
    const cookies = [formatSessionCookie(result.browserSession), forgetFormResult()]
    return redirect(state ? await continuePath(state, browser.browserTokens) : "/", cookies)
  }
  if (!("field" in result))
    return waitPage(readTexts(request, interaction?.locale), result, {
      href: pathWithState("/sign-up", state),
      isSignIn: false,
    })
  return showFormAgain("/sign-up", state, { values: { email, name }, errors: { [result.field]: result.problem } })
})
