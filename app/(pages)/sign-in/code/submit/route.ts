import { completeSignIn } from "@/lib/authentication/complete-sign-in"
import { signOutBrowser } from "@/lib/authentication/sign-out"
import { findInteraction } from "@/lib/authorization/interaction"
import { formatDeletedCookie } from "@/lib/http/cookies"
import { readSource } from "@/lib/http/device"
import { waitPage } from "@/lib/http/error-page"
import type { EndpointResponse } from "@/lib/http/exchange"
import type { PostedForm } from "@/lib/http/form-endpoint"
import { pathWithState, showFormAgain } from "@/lib/http/form-result"
import { redirect } from "@/lib/http/responses"
import { continueSignedIn, type SignInForm, signInForm } from "@/lib/http/sign-in-form"
import { findIncompleteSignIn } from "@/lib/sessions/browser-sessions"

/** Verifies the second factor, which completes the sign-in, and continues the authorization. */
export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = signInForm("/sign-in", completeWithCode, switchAccount)

async function switchAccount({ field, state, browser, request, flow }: PostedForm): Promise<EndpointResponse | null> {
  if (field("decision") !== "switch") return null
  const interaction = state === null ? null : await findInteraction(state, browser.browserTokens)
  if (interaction) flow.join(interaction.flowId)
  await signOutBrowser([browser.browserSessionToken], readSource(request, interaction && flow))
  return redirect(pathWithState("/sign-in", state), [formatDeletedCookie("session")])
}

async function completeWithCode(form: SignInForm): Promise<EndpointResponse> {
  const { field, state, browser, ownFlow, next, texts, by } = form
  const page = next ? `/sign-in/code?${new URLSearchParams({ next })}` : "/sign-in/code"
  const signedIn = await findIncompleteSignIn(browser.browserSessionToken)
  if (!signedIn) return redirect(pathWithState("/sign-in", state))
  const code = field("code").trim()
  if (!code) return showFormAgain(page, state, { values: {}, errors: { code: "problems.codeMissing" } })
  const result = await completeSignIn(signedIn, code, by.source, ownFlow)
  if (result.ok) return continueSignedIn(form)
  if (result.waitSeconds === 0) {
    return showFormAgain(page, state, { values: {}, errors: { code: "problems.codeWrong" } })
  }
  const wait = { problem: "too_many_attempts", retryAfterSeconds: result.waitSeconds } as const
  return waitPage(texts, wait, { href: pathWithState(page, state), isSignIn: false })
}
