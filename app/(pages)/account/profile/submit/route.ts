import { changeProfile } from "@/lib/accounts/users"
import { accountForm } from "@/lib/http/account"
import { formatCookie } from "@/lib/http/cookies"
import { readSource } from "@/lib/http/device"
import { showFormAgain, showNotice } from "@/lib/http/form-result"
import { isLocale } from "@/lib/i18n/locales"
import { findClaimProblem } from "@/lib/protocol/claims"
import { addressFields, profileFields, readClaims } from "../fields"

const page = "/account/profile"

/** Seconds. How long the browser remembers the language. */
const languageSeconds = 365 * 24 * 3600

/** Stores the name, the language and the other claims. An empty field removes its claim. */
export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = accountForm(
  page,
  async ({ field, request }, { user }) => {
    const claims = readClaims(field)
    const values = Object.fromEntries(
      [...profileFields, ...addressFields].map(({ claim }) => [claim, field(claim).trim()]),
    )
    const invalid = Object.entries(claims).find(([claim, value]) => value !== null && findClaimProblem(claim, value))
    if (invalid) {
      const name = invalid[0] === "address" ? "street_address" : invalid[0]
      return showFormAgain(page, null, { values, errors: { [name]: "problems.valueInvalid" } })
    }
    const language = field("language")
    const locale = isLocale(language) ? language : undefined
    const changed = await changeProfile(user.id, { name: field("name"), locale, claims }, readSource(request))
    if (changed && !changed.ok) {
      const errors = "problem" in changed ? { [changed.field]: changed.problem } : {}
      return showFormAgain(page, null, { values: { name: field("name"), ...values }, errors })
    }
    const cookies = locale ? [formatCookie("language", locale, { maxAge: languageSeconds })] : []
    return showNotice("/account", "profileSaved", cookies)
  },
)
