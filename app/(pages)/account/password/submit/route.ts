import { changePasswordHere } from "@/lib/accounts/users"
import { confirmPassword } from "@/lib/authentication/confirm-password"
import { accountForm, signInPath } from "@/lib/http/account"
import { formatSessionCookie } from "@/lib/http/cookies"
import { readSource } from "@/lib/http/device"
import { refuseWhenBusy, waitPage } from "@/lib/http/error-page"
import { showFormAgain, showNotice } from "@/lib/http/form-result"
import { redirect } from "@/lib/http/responses"

const page = "/account/password"

/** Changes the password after checking the current one. This browser stays signed in. */
export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = accountForm(
  page,
  ({ field, browser, request }, { user }, texts) =>
    refuseWhenBusy(texts, page, async () => {
      const confirmed = await confirmPassword(user, field("current_password"))
      if ("waitSeconds" in confirmed) {
        const wait = { problem: "too_many_attempts", retryAfterSeconds: confirmed.waitSeconds } as const
        return waitPage(texts, wait, { href: page, isSignIn: false })
      }
      if (!confirmed.ok) {
        return showFormAgain(page, null, { values: {}, errors: { current_password: "problems.passwordWrong" } })
      }
      const facts = {
        previousToken: browser.browserSessionToken,
        source: readSource(request),
        locale: texts.locale,
      }
      const changed = await changePasswordHere(user, field("password"), facts)
      if (!changed) return redirect(signInPath(page))
      if (!changed.ok) return showFormAgain(page, null, { values: {}, errors: { password: changed.problem } })
      const cookie = formatSessionCookie(changed.browserSession)
      if (user.totp !== null) return redirect(`/sign-in/code?${new URLSearchParams({ next: "/account" })}`, [cookie])
      return showNotice("/account", "passwordChangedHere", [cookie])
    }),
)
