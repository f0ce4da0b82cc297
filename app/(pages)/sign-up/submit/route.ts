import { requestSignUp } from "@/lib/accounts/sign-up-link"
import { signUp } from "@/lib/authentication/sign-in"
import { config } from "@/lib/config"
import { notFoundPage, waitPage } from "@/lib/http/error-page"
import type { EndpointResponse } from "@/lib/http/exchange"
import type { PostedForm } from "@/lib/http/form-endpoint"
import { pathWithState, showFormAgain } from "@/lib/http/form-result"
import { answerMailRequest } from "@/lib/http/mail-request"
import { continueSignedIn, type SignInForm, signedInCookies, signInForm } from "@/lib/http/sign-in-form"
import { isMailOn } from "@/lib/mail/outbox"

/**
 * Sends a link to finish signing up. Without e-mail: makes the User of the sign-up form, signs the browser in and continues
 * the authorization.
 */
export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = signInForm("/sign-up", signUpWithPassword, sendLink)

async function sendLink(form: PostedForm): Promise<EndpointResponse | null> {
  if (!config().SIGN_UP) return notFoundPage(form.request)
  return isMailOn() ? answerMailRequest(form, "/sign-up", requestSignUp) : null
}

async function signUpWithPassword(form: SignInForm): Promise<EndpointResponse> {
  const { field, state, browser, request, interaction, ownFlow, texts, by } = form
  const [email, name, password] = [field("email").trim(), field("name").trim(), field("password")]
  const result = await signUp({ ...by, email, name, password, address: request.clientAddress() }, ownFlow)
  if (result.ok) return continueSignedIn(form, await signedInCookies(result.browserSession, browser, interaction))
  if (!("field" in result)) return waitPage(texts, result, { href: pathWithState("/sign-up", state), isSignIn: false })
  return showFormAgain("/sign-up", state, { values: { email, name }, errors: { [result.field]: result.problem } })
}
