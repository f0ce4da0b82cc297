import { currentTime } from "@/lib/clock"
import { listBrowserSessions } from "@/lib/data/browser-sessions"
import { listConnectedApps } from "@/lib/data/connected-apps"
import { listSecurityEvents } from "@/lib/data/security-events"
import { deleteUser, type User } from "@/lib/data/users"
import type { Locale } from "@/lib/i18n/locales"
import { prepareMail } from "@/lib/mail/outbox"
import { localeOf } from "./users"

const maxEvents = 10_000

/** Everything that this server knows about a User, for its owner to keep. Secrets, such as the password's hash, are left out. */
export async function exportAccount(user: User): Promise<object> {
  const now = currentTime()
  const [browsers, apps, events] = await Promise.all([
    listBrowserSessions(user.id, now),
    listConnectedApps(user.id, now),
    listSecurityEvents(user.id, maxEvents),
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
    security_history: events.map(({ kind, at, browser, os, detail }) => ({
      kind,
      at: at.toISOString(),
      browser,
      os,
      detail,
    })),
  }
}

/**
 * Deletes a User and everything about them in one commit, which also stores the e-mail that tells them and the notifications
 * of their clients.
 * @param locale of the e-mail to a User who has chosen none
 */
export async function deleteAccount(user: User, locale: Locale): Promise<void> {
  await deleteUser(user, await prepareMail({ kind: "accountDeleted", to: user.email, locale: localeOf(user, locale) }))
}
