import { findInteraction } from "@/lib/authorization/interaction"
import type { Locale } from "@/lib/i18n/locales"
import type { ProblemKey } from "@/lib/i18n/texts"
import { waitPage } from "./error-page"
import type { EndpointResponse } from "./exchange"
import type { PostedForm } from "./form-endpoint"
import { pathWithState, showFormAgain } from "./form-result"
import { redirect } from "./responses"
import { readTexts } from "./texts"

type Asked = { email: string; address: string; locale: Locale; stateToken: string | null }
type Result = { ok: true } | { ok: false; problem: ProblemKey } | { ok: false; waitSeconds: number }

/**
 * Answers a form that asks for an e-mail with a link: shows the page that says to look for it, or the form again.
 * @param page the form's
 * @param send sends the e-mail
 */
export async function answerMailRequest(
  { field, state, browser, request, flow }: PostedForm,
  page: "/reset-password" | "/sign-up",
  send: (asked: Asked) => Promise<Result>,
): Promise<EndpointResponse> {
  const interaction = state === null ? null : await findInteraction(state, browser.browserTokens)
  if (interaction) flow.join(interaction.flowId)
  const texts = readTexts(request, interaction?.locale)
  const email = field("email").trim()
  const asked = { email, address: request.clientAddress(), locale: texts.locale, stateToken: interaction && state }
  const result: Result = email ? await send(asked) : { ok: false, problem: "problems.emailMissing" }
  if (result.ok) return redirect(pathWithState(`/check-email?for=${page.slice(1)}`, state))
  if ("problem" in result) return showFormAgain(page, state, { values: { email }, errors: { email: result.problem } })
  const wait = { problem: "too_many_attempts", retryAfterSeconds: result.waitSeconds } as const
  return waitPage(texts, wait, { href: pathWithState(page, state), isSignIn: false })
}
