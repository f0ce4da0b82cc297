import { requestVerification } from "@/lib/accounts/verify-email"
import { signIn } from "@/lib/authentication/sign-in"
import { signInPath } from "@/lib/http/account"
import { formatCookie, readCookie } from "@/lib/http/cookies"
import { waitPage } from "@/lib/http/error-page"
import { type FormResult, forgetFormResult, pathWithState, showFormAgain } from "@/lib/http/form-result"
import { redirect } from "@/lib/http/responses"
import { continueSignedIn, signedInCookies, signInForm } from "@/lib/http/sign-in-form"

/** Seconds. How long a browser is known in which someone has signed in. */
const knownDeviceSeconds = 365 * 24 * 3600

/** Verifies the credentials of the sign-in form, signs the browser in and continues the authorization. */
export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = signInForm("/sign-in", async (form) => {
  const { field, state, browser, request, interaction, ownFlow, next, texts, by } = form
  const [email, password] = [field("email").trim(), field("password")]
  const page = next ? signInPath(next) : "/sign-in"
  const showAgain = (errors: FormResult["errors"]) => showFormAgain(page, state, { values: { email }, errors })
  if (!email || !password) {
    return showAgain({
      ...(!email && { email: "problems.emailMissing" }),
      ...(!password && { password: "problems.passwordMissing" }),
    })
  }
  const address = request.clientAddress()
  const [keep, knownDevice] = [field("keep") === "on", readCookie(request, "known-device")]
  const result = await signIn({ ...by, email, password, address, keep, knownDevice }, ownFlow)
  if (!result.ok) {
    if (result.problem === "wrong_credentials") return showAgain({ form: "problems.wrongCredentials" })
    if (result.problem !== "email_unverified")
      return waitPage(texts, result, { href: pathWithState(page, state), isSignIn: true })
    await requestVerification(result.user, { address, locale: texts.locale, stateToken: state })
    return redirect(pathWithState("/check-email?for=verify", state))
  }
  const cookies = [
    ...(await signedInCookies(result.browserSession, browser, interaction)),
    formatCookie("known-device", result.knownDevice ?? "", { maxAge: knownDeviceSeconds }),
  ]
  const codePage = pathWithState(page.replace("/sign-in", "/sign-in/code"), state)
  if (result.needsCode) return redirect(codePage, [...cookies, forgetFormResult()])
  // On a device that the person keeps, a passkey is offered once.
  if (!result.offersPasskey || readCookie(request, "no-passkey-offer") !== null) return continueSignedIn(form, cookies)
  const offer = new URLSearchParams({ offer: "", ...(state ? { state } : next && { next }) })
  return redirect(`/account/passkeys?${offer}`, [...cookies, forgetFormResult()])
})
