import { currentTime } from "@/lib/clock"
import { insertAuditEvent, listAccountEvents, listFailedSignIns, type Source } from "@/lib/data/audit-events"
import { listBrowserSessions } from "@/lib/data/browser-sessions"
import { listConnectedApps } from "@/lib/data/connected-apps"
import { listPasskeys } from "@/lib/data/passkeys"
import { listLinkedAccounts } from "@/lib/data/providers"
import { countRecoveryCodes } from "@/lib/data/second-factor"
import { deleteUser, type User } from "@/lib/data/users"
import type { Locale } from "@/lib/i18n/locales"
import { prepareMail } from "@/lib/mail/outbox"
import { localeOf } from "./users"

const maxEvents = 10_000

/** Everything that this server knows about a User, for its owner to keep. Secrets, such as the password's hash, are left out. */
export async function exportAccount(user: User, source: Source): Promise<object> {
  const now = currentTime()
  await insertAuditEvent({ ...source, kind: "data_exported", at: now, userId: user.id })
  const [browsers, apps, events, failures] = await Promise.all([
    listBrowserSessions(user.id, now),
    listConnectedApps(user.id, now),
    listAccountEvents(user.id, maxEvents),
    listFailedSignIns(user.id, maxEvents),
  ])
  const [passkeys, links, codes] = await Promise.all([
    listPasskeys(user.id),
    listLinkedAccounts(user.id),
    countRecoveryCodes(user.id),
  ])
  return {
    exported_at: now.toISOString(),
    profile: {
      sub: user.id,
      email: user.email,
      email_verified: user.emailVerifiedAt !== null,
      name: user.name,
      language: user.locale,
      created_at: user.createdAt.toISOString(),
      ...JSON.parse(user.claims),
    },
    signed_in_browsers: browsers.map(({ browser, os, authenticatedAt, lastUsedAt, amr }) => ({
      browser,
      os,
      signed_in_at: authenticatedAt.toISOString(),
      last_used_at: lastUsedAt?.toISOString() ?? null,
      amr: amr.split(" "),
    })),
    connected_apps: apps.map(({ clientId, clientName, scope, since, lastUsedAt }) => ({
      client_id: clientId,
      client_name: clientName,
      scope: scope.join(" "),
      since: since.toISOString(),
      last_used_at: lastUsedAt?.toISOString() ?? null,
    })),
    passkeys: passkeys.map(({ name, createdAt, lastUsedAt }) => ({
      name,
      created_at: createdAt.toISOString(),
      last_used_at: lastUsedAt?.toISOString() ?? null,
    })),
    linked_accounts: links.map(({ provider, subject, email, createdAt }) => ({
      provider: provider.name,
      sub: subject,
      email,
      linked_at: createdAt.toISOString(),
    })),
    second_factor: { authenticator_app: user.totp !== null, recovery_codes_left: codes },
    security_history: [...events, ...failures].map(({ kind, at, browser, os, address, detail }) => ({
      kind,
      at: at.toISOString(),
      browser,
      os,
      address,
      detail,
    })),
  }
}

/**
 * Deletes a User and everything about them in one commit, which also stores the e-mail that tells them and the notifications
 * of their clients.
 * @param locale of the e-mail to a User who has chosen none
 * @returns false when the password was changed or reset since `user` was read
 */
export async function deleteAccount(user: User, locale: Locale, source: Source): Promise<boolean> {
  const mail = await prepareMail({ kind: "accountDeleted", to: user.email, locale: localeOf(user, locale) })
  return deleteUser(user, mail, source)
}
