import { resetPassword } from "@/lib/accounts/reset-password"
import { findInteraction } from "@/lib/authorization/interaction"
import { formatDeletedCookie } from "@/lib/http/cookies"
import { readSource } from "@/lib/http/device"
import { refuseWhenBusy, waitPage } from "@/lib/http/error-page"
import { formEndpoint } from "@/lib/http/form-endpoint"
import { pathWithState, showFormAgain, showNotice } from "@/lib/http/form-result"
import { redirect } from "@/lib/http/responses"
import { readTexts } from "@/lib/http/texts"
import { toUrlToken } from "@/lib/http/url-token"

/** Consumes the link of the e-mail and sets the password. The person then signs in with it. */
export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = formEndpoint(
  "/reset-password",
  async ({ field, browser, request }) => {
    const texts = readTexts(request)
    const page = `/reset-password/choose?${new URLSearchParams({ token: toUrlToken(field("token")) })}`
    return refuseWhenBusy(texts, page, async () => {
      const result = await resetPassword(field("token"), field("password"), {
        locale: texts.locale,
        source: readSource(request),
      })
      if (!result) return redirect(page)
      if ("waitSeconds" in result) {
        const wait = { problem: "too_many_attempts", retryAfterSeconds: result.waitSeconds } as const
        return waitPage(texts, wait, { href: page, isSignIn: false })
      }
      if (!result.ok) return showFormAgain(page, null, { values: {}, errors: { password: result.problem } })
      const { stateToken } = result
      const interaction = stateToken && (await findInteraction(stateToken, browser.browserTokens))
      const next = pathWithState("/sign-in", interaction ? stateToken : null)
      return showNotice(next, "passwordChanged", [formatDeletedCookie("session")])
    })
  },
)
