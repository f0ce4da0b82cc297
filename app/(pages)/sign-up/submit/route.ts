import { requestSignUp } from "@/lib/accounts/sign-up-link"
import { signUp } from "@/lib/authentication/sign-in"
import { config } from "@/lib/config"
import { notFoundPage, waitPage } from "@/lib/http/error-page"
import { pathWithState, showFormAgain } from "@/lib/http/form-result"
import { answerMailRequest } from "@/lib/http/mail-request"
import { continueSignedIn, signedInCookies, signInForm } from "@/lib/http/sign-in-form"
import { isMailOn } from "@/lib/mail/outbox"

/**
 * Sends a link to finish signing up. Without e-mail: makes the User of the sign-up form, signs the browser in and continues
 * the authorization.
 */
export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = signInForm("/sign-up", async (form) => {
  const { field, state, browser, request, interaction, ownFlow, texts, by } = form
  if (!config().SIGN_UP) return notFoundPage(request)
  if (isMailOn()) return answerMailRequest(form, "/sign-up", requestSignUp)
  const [email, name, password] = [field("email").trim(), field("name").trim(), field("password")]
  const result = await signUp({ ...by, email, name, password, address: request.clientAddress() }, ownFlow)
  if (result.ok) return continueSignedIn(form, await signedInCookies(result.browserSession, browser, interaction))
  if (!("field" in result)) return waitPage(texts, result, { href: pathWithState("/sign-up", state), isSignIn: false })
  return showFormAgain("/sign-up", state, { values: { email, name }, errors: { [result.field]: result.problem } })
})
