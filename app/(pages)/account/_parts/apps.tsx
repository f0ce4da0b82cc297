import type { ConnectedApp } from "@/lib/accounts/connected-apps"
import type { DescribedScope } from "@/lib/clients/scope-descriptions"
import type { Texts } from "@/lib/i18n/texts"
import { describeRedirectUri } from "@/lib/protocol/redirect-uri"
import { ClientName } from "../../_components/client-name"
import { describeScope } from "../../_components/permissions"
import { Section } from "./account-layout"
import { formatAgo, formatDay } from "./dates"

/** An app with its permissions in words. */
export type DescribedApp = ConnectedApp & { permissions: DescribedScope[] }

/** The apps that have access to the account, each with a button that ends it. */
export function Apps({ texts, apps }: { texts: Texts; apps: DescribedApp[] }) {
  const { t } = texts
  if (apps.length === 0) {
    return (
      <Section id="apps" title={t("account.apps")}>
        <p className="text-muted">{t("account.noApps")}</p>
      </Section>
    )
  }
  return (
    <Section id="apps" title={t("account.apps")}>
      <form action="/account/apps/submit" method="post">
        <ul className="divide-y divide-line">
          {apps.map((app) => (
            <li key={app.clientId} className="flex flex-wrap items-start justify-between gap-x-4 gap-y-1 py-3">
              <div className="min-w-0 flex-1">
                <p>
                  <ClientName name={app.clientName} unnamed={t("common.unnamedApp")} />
                </p>
                {app.redirectUris[0] && (
                  <p className="text-sm text-muted [overflow-wrap:anywhere]">
                    {t("account.appHost", { host: describeRedirectUri(app.redirectUris[0]) })}
                  </p>
                )}
                <ul className="mt-1 text-sm">
                  {app.permissions.map((scope) => (
                    <li key={scope.scope} className="[overflow-wrap:anywhere]">
                      {describeScope(texts, scope) ?? <code className="font-mono">{scope.scope}</code>}
                    </li>
                  ))}
                </ul>
                <p className="mt-1 text-sm text-muted">
                  {t("account.appSince", { date: formatDay(texts, app.since) })}
                  {app.lastUsedAt && ` · ${t("account.lastUsed", { date: formatAgo(texts, app.lastUsedAt) })}`}
                </p>
              </div>
              <button
                type="submit"
                name="client_id"
                value={app.clientId}
                className="link py-1 text-sm"
                aria-label={t("account.disconnectLabel", { app: app.clientName })}
              >
                {t("account.disconnect")}
              </button>
            </li>
          ))}
        </ul>
      </form>
    </Section>
  )
}
