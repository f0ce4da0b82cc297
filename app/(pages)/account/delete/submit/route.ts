import { deleteAccount } from "@/lib/accounts/account-data"
import { confirmPassword, type PasswordCheck } from "@/lib/authentication/confirm-password"
import { notifyClients } from "@/lib/authentication/logout-notifications"
import { accountForm, isByPasskey, signInPath } from "@/lib/http/account"
import { formatDeletedCookie } from "@/lib/http/cookies"
import { readSource } from "@/lib/http/device"
import { refuseWhenBusy, waitPage } from "@/lib/http/error-page"
import { showFormAgain, showNotice } from "@/lib/http/form-result"
import { redirect } from "@/lib/http/responses"
import { log } from "@/lib/log"
import { sendMailInBackground } from "@/lib/mail/outbox"

const page = "/account/delete"

/** Deletes the account after checking the password, or after a recent sign-in with a passkey. */
export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = accountForm(
  page,
  ({ field, request }, { user, amr }, texts) =>
    refuseWhenBusy(texts, page, async () => {
      const confirmed: PasswordCheck = isByPasskey(amr) ? { ok: true } : await confirmPassword(user, field("password"))
      if ("waitSeconds" in confirmed) {
        const wait = { problem: "too_many_attempts", retryAfterSeconds: confirmed.waitSeconds } as const
        return waitPage(texts, wait, { href: page, isSignIn: false })
      }
      if (!confirmed.ok)
        return showFormAgain(page, null, { values: {}, errors: { password: "problems.passwordWrong" } })
      if (!(await deleteAccount(user, texts.locale, readSource(request)))) return redirect(signInPath(page))
      // The log keeps no name.
      log().info({ event: "account_deleted", user: user.id })
      notifyClients()
      void sendMailInBackground()
      return showNotice("/sign-in", "accountDeleted", [formatDeletedCookie("session")])
    }),
  { recent: true },
)
