import { toLookupEmail } from "@/lib/accounts/email-address"
import { requestVerification } from "@/lib/accounts/verify-email"
import { signIn } from "@/lib/authentication/sign-in"
import { callbackPath, continuePath, findInteraction } from "@/lib/authorization/interaction"
import { parseNext, signInPath } from "@/lib/http/account"
import { formatCookie, formatOtherSessions, formatSessionCookie, readCookie } from "@/lib/http/cookies"
import { readSource } from "@/lib/http/device"
import { waitPage } from "@/lib/http/error-page"
import { formEndpoint } from "@/lib/http/form-endpoint"
import { type FormResult, forgetFormResult, pathWithState, showFormAgain } from "@/lib/http/form-result"
import { redirect } from "@/lib/http/responses"
import { readTexts } from "@/lib/http/texts"
import { findSignedInUser } from "@/lib/sessions/browser-sessions"

/** Seconds. How long a browser is known in which someone has signed in. */
const knownDeviceSeconds = 365 * 24 * 3600

/** Verifies the credentials of the sign-in form, signs the browser in and continues the authorization. */
export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = formEndpoint(
  "/sign-in",
  async ({ field, state, browser, request, flow }) => {
    const [email, password] = [field("email").trim(), field("password")]
    // A state token of another browser is refused before anyone is signed in for it.
    const interaction = state === null ? null : await findInteraction(state, browser.browserTokens)
    if (state && !interaction) return redirect(callbackPath(state))
    if (interaction) flow.join(interaction.flowId)

    const next = state === null ? parseNext(field("next")) : null
    const page = next ? signInPath(next) : "/sign-in"
    const texts = readTexts(request, interaction?.locale)
    const showAgain = (errors: FormResult["errors"]) => showFormAgain(page, state, { values: { email }, errors })
    if (!email || !password) {
      return showAgain({
        ...(!email && { email: "problems.emailMissing" }),
        ...(!password && { password: "problems.passwordMissing" }),
      })
    }
    const previous = await findSignedInUser(browser.browserSessionToken)
    // Where the person chooses among accounts, another one is added. Otherwise it takes the place of the one before.
    const isAdded =
      interaction?.selectsAccount === true && previous !== null && previous.user.email !== toLookupEmail(email)
    const previousToken = isAdded ? null : browser.browserSessionToken
    const others = [
      ...(isAdded && browser.browserSessionToken ? [browser.browserSessionToken] : []),
      ...(browser.otherSessionTokens ?? []),
    ]
    const attempt = {
      email,
      password,
      address: request.clientAddress(),
      previousToken,
      source: readSource(request, interaction && flow),
      keep: field("keep") === "on",
      knownDevice: readCookie(request, "known-device"),
    }
    const result = await signIn(attempt, interaction ? flow : null)
    if (result.ok) {
      const cookies = [
        formatSessionCookie(result.browserSession),
        formatCookie("known-device", result.knownDevice ?? "", { maxAge: knownDeviceSeconds }),
        ...(others.length > 0 ? [formatOtherSessions(others)] : []),
        forgetFormResult(),
      ]
      if (result.needsCode) return redirect(pathWithState(page.replace("/sign-in", "/sign-in/code"), state), cookies)
      // On a device that the person keeps, a passkey is offered once.
      if (result.offersPasskey && readCookie(request, "no-passkey-offer") === null) {
        return redirect(
          `/account/passkeys?${new URLSearchParams({ offer: "", ...(state ? { state } : next && { next }) })}`,
          cookies,
        )
      }
      if (interaction) flow.step("authorization.redirects_to_callback")
      return redirect(state ? await continuePath(state, browser.browserTokens) : (next ?? "/"), cookies)
    }
    if (result.problem === "email_unverified") {
      const asked = { address: attempt.address, locale: texts.locale, stateToken: state }
      await requestVerification(result.user, asked)
      return redirect(pathWithState("/check-email?for=verify", state))
    }
    if (result.problem !== "wrong_credentials")
      return waitPage(texts, result, { href: pathWithState(page, state), isSignIn: true })
    return showAgain({ form: "problems.wrongCredentials" })
  },
)
