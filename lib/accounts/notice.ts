import { currentTime } from "@/lib/clock"
import type { Notice, Source } from "@/lib/data/audit-events"
import type { User } from "@/lib/data/users"
import type { Locale } from "@/lib/i18n/locales"
import { prepareMail } from "@/lib/mail/outbox"
import { localeOf } from "./users"

/** Where a change came from, for the security history, and the language of the browser, for the e-mail. */
export type ChangeContext = { source: Source; locale: Locale }

const mailKinds = {
  passkey_added: "passkeyAdded",
  passkey_removed: "passkeyRemoved",
  provider_linked: "providerLinked",
  provider_unlinked: "providerUnlinked",
  recovery_codes_created: "recoveryCodesCreated",
  totp_added: "totpAdded",
  totp_removed: "totpRemoved",
} as const

/**
 * Makes the entry of the security history and the e-mail about a change. Store both in the commit of the change.
 * @param name of the passkey or the provider
 */
export async function prepareNotice(
  user: User,
  kind: keyof typeof mailKinds,
  { source, locale }: ChangeContext,
  name = "",
): Promise<Notice> {
  const mail = await prepareMail({ kind: mailKinds[kind], name, to: user.email, locale: localeOf(user, locale) })
  const event = { userId: user.id, kind, at: currentTime(), ...source, ...(name !== "" && { detail: name }) }
  return { event, mail }
}
