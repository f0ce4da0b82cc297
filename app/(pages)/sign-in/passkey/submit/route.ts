import { signInWithPasskey } from "@/lib/authentication/sign-in-with-passkey"
import { callbackPath, continuePath, findInteraction } from "@/lib/authorization/interaction"
import { parseNext, signInPath } from "@/lib/http/account"
import { formatSessionCookie } from "@/lib/http/cookies"
import { readSource } from "@/lib/http/device"
import { waitPage } from "@/lib/http/error-page"
import { formEndpoint } from "@/lib/http/form-endpoint"
import { forgetFormResult, pathWithState, showFormAgain } from "@/lib/http/form-result"
import { redirect } from "@/lib/http/responses"
import { readTexts } from "@/lib/http/texts"

/** Verifies the response of a passkey, signs the browser in and continues the authorization. */
export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = formEndpoint(
  "/sign-in",
  async ({ field, state, browser, request, flow }) => {
    const interaction = state === null ? null : await findInteraction(state, browser.browserTokens)
    if (state && !interaction) return redirect(callbackPath(state))
    if (interaction) flow.join(interaction.flowId)
    const next = state === null ? parseNext(field("next")) : null
    const page = next ? signInPath(next) : "/sign-in"
    const attempt = {
      sealed: field("challenge"),
      response: field("response"),
      address: request.clientAddress(),
      previousToken: browser.browserSessionToken,
      source: readSource(request, interaction && flow),
    }
    const result = await signInWithPasskey(attempt, interaction ? flow : null)
    if (result.ok) {
      if (interaction) flow.step("authorization.redirects_to_callback")
      const cookies = [formatSessionCookie(result.browserSession), forgetFormResult()]
      return redirect(state ? await continuePath(state, browser.browserTokens) : (next ?? "/"), cookies)
    }
    if (result.waitSeconds === 0) {
      return showFormAgain(page, state, { values: {}, errors: { form: "problems.passkeyWrong" } })
    }
    const wait = { problem: "too_many_attempts", retryAfterSeconds: result.waitSeconds } as const
    return waitPage(readTexts(request, interaction?.locale), wait, { href: pathWithState(page, state), isSignIn: true })
  },
)
