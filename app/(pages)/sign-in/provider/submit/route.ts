import { signInPath } from "@/lib/http/account"
import { showFormAgain } from "@/lib/http/form-result"
import { sendToProvider } from "@/lib/http/provider-visit"
import { signInForm } from "@/lib/http/sign-in-form"
import { findSignedInUser } from "@/lib/sessions/browser-sessions"

/** Sends the browser to the provider that the person chose. */
export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = signInForm(
  "/sign-in",
  async ({ field, state, browser, interaction, ownFlow, next }) => {
    // Who is signed in here is on this page because that is not recent enough, or to choose another account.
    const isAgain = (await findSignedInUser(browser.browserSessionToken)) !== null && !interaction?.selectsAccount
    const fresh = isAgain || interaction?.asksForFreshSignIn === true
    const sent = await sendToProvider(field("provider"), { linkFor: null, next, state, fresh }, ownFlow)
    const page = next ? signInPath(next) : "/sign-in"
    return sent ?? showFormAgain(page, state, { values: {}, errors: { form: "problems.providerFailed" } })
  },
)
