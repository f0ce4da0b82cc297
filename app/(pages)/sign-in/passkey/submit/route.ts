import { signInWithPasskey } from "@/lib/authentication/sign-in-with-passkey"
import { signInPath } from "@/lib/http/account"
import { waitPage } from "@/lib/http/error-page"
import { pathWithState, showFormAgain } from "@/lib/http/form-result"
import { continueSignedIn, signedInCookies, signInForm } from "@/lib/http/sign-in-form"

/** Verifies the response of a passkey, signs the browser in and continues the authorization. */
export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = signInForm("/sign-in", async (form) => {
  const { field, state, browser, request, interaction, ownFlow, next, texts, by } = form
  const page = next ? signInPath(next) : "/sign-in"
  const [sealed, response] = [field("challenge"), field("response")]
  const result = await signInWithPasskey({ ...by, sealed, response, address: request.clientAddress() }, ownFlow)
  if (result.ok) return continueSignedIn(form, await signedInCookies(result.browserSession, browser, interaction))
  if (result.waitSeconds === 0) {
    return showFormAgain(page, state, { values: {}, errors: { form: "problems.passkeyWrong" } })
  }
  const wait = { problem: "too_many_attempts", retryAfterSeconds: result.waitSeconds } as const
  return waitPage(texts, wait, { href: pathWithState(page, state), isSignIn: true })
})
