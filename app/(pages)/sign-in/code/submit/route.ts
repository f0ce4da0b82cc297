import { completeSignIn } from "@/lib/authentication/complete-sign-in"
import { signOutBrowser } from "@/lib/authentication/sign-out"
import { callbackPath, continuePath, findInteraction } from "@/lib/authorization/interaction"
import { parseNext } from "@/lib/http/account"
import { formatDeletedCookie } from "@/lib/http/cookies"
import { readSource } from "@/lib/http/device"
import { waitPage } from "@/lib/http/error-page"
import { formEndpoint } from "@/lib/http/form-endpoint"
import { forgetFormResult, pathWithState, showFormAgain } from "@/lib/http/form-result"
import { redirect } from "@/lib/http/responses"
import { readTexts } from "@/lib/http/texts"
import { findIncompleteSignIn } from "@/lib/sessions/browser-sessions"

/** Verifies the second factor, which completes the sign-in, and continues the authorization. */
export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = formEndpoint(
  "/sign-in",
  async ({ field, state, browser, request, flow }) => {
    if (field("decision") === "switch") {
      await signOutBrowser(browser.browserSessionToken, readSource(request))
      return redirect(pathWithState("/sign-in", state), [formatDeletedCookie("session")])
    }
    const interaction = state === null ? null : await findInteraction(state, browser.browserTokens)
    if (state && !interaction) return redirect(callbackPath(state))
    if (interaction) flow.join(interaction.flowId)
    const next = state === null ? parseNext(field("next")) : null
    const page = next ? `/sign-in/code?${new URLSearchParams({ next })}` : "/sign-in/code"
    const signedIn = await findIncompleteSignIn(browser.browserSessionToken)
    if (!signedIn) return redirect(pathWithState("/sign-in", state))
    const code = field("code").trim()
    if (!code) return showFormAgain(page, state, { values: {}, errors: { code: "problems.codeMissing" } })
    const result = await completeSignIn(
      signedIn,
      code,
      readSource(request, interaction && flow),
      interaction ? flow : null,
    )
    if (result.ok) {
      if (interaction) flow.step("authorization.redirects_to_callback")
      return redirect(state ? await continuePath(state, browser.browserTokens) : (next ?? "/"), [forgetFormResult()])
    }
    if (result.waitSeconds === 0) {
      return showFormAgain(page, state, { values: {}, errors: { code: "problems.codeWrong" } })
    }
    const wait = { problem: "too_many_attempts", retryAfterSeconds: result.waitSeconds } as const
    return waitPage(readTexts(request, interaction?.locale), wait, {
      href: pathWithState(page, state),
      isSignIn: false,
    })
  },
)
