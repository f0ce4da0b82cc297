import { requestEmailChange, requestVerification } from "@/lib/accounts/verify-email"
import { accountForm } from "@/lib/http/account"
import { notFoundPage, waitPage } from "@/lib/http/error-page"
import { showFormAgain, showNotice } from "@/lib/http/form-result"
import { redirect } from "@/lib/http/responses"
import { isMailOn } from "@/lib/mail/outbox"

const page = "/account/email"

/** Sends a link that changes the email address, or that verifies the current one. */
export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = accountForm(
  page,
  async ({ field, request }, { user, tokenHash }, texts) => {
    if (!isMailOn()) return notFoundPage(request)
    const asked = { address: request.clientAddress(), locale: texts.locale, stateToken: null }
    const tooMany = (waitSeconds: number) =>
      waitPage(texts, { problem: "too_many_attempts", retryAfterSeconds: waitSeconds }, { href: page, isSignIn: false })
    if (field("verify") === "current") {
      const waitSeconds = await requestVerification(user, asked)
      return waitSeconds > 0 ? tooMany(waitSeconds) : redirect("/check-email?for=change")
    }
    const email = field("email").trim()
    const result = await requestEmailChange(user, { ...asked, email, browserSession: tokenHash })
    if (result.ok) return showNotice("/account", "emailSent")
    if ("waitSeconds" in result) return tooMany(result.waitSeconds)
    return showFormAgain(page, null, { values: { email }, errors: { email: result.problem } })
  },
  { recent: true },
)
