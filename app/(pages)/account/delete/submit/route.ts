import { deleteAccount } from "@/lib/accounts/account-data"
import { confirmPassword } from "@/lib/authentication/confirm-password"
import { notifyClients } from "@/lib/authentication/logout-notifications"
import { accountForm } from "@/lib/http/account"
import { formatDeletedCookie } from "@/lib/http/cookies"
import { refuseWhenBusy, waitPage } from "@/lib/http/error-page"
import { showFormAgain, showNotice } from "@/lib/http/form-result"

const page = "/account/delete"

/** Deletes the account after checking the password. */
export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = accountForm(
  page,
  ({ field, request }, { user }, texts) =>
    refuseWhenBusy(texts, page, async () => {
      const confirmed = await confirmPassword(user, field("password"), request.clientAddress())
      if ("waitSeconds" in confirmed) {
        const wait = { problem: "too_many_attempts", retryAfterSeconds: confirmed.waitSeconds } as const
        return waitPage(texts, wait, { href: page, isSignIn: false })
      }
      if (!confirmed.ok)
        return showFormAgain(page, null, { values: {}, errors: { password: "problems.passwordWrong" } })
      await deleteAccount(user, texts.locale)
      notifyClients()
      return showNotice("/sign-in", "accountDeleted", [formatDeletedCookie("session")])
    }),
  { recent: true },
)
