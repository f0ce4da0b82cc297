import { listBrowsers } from "@/lib/accounts/browsers"
import { listApps } from "@/lib/accounts/connected-apps"
import { toReadableEmail } from "@/lib/accounts/email-address"
import { listHistory } from "@/lib/accounts/history"
import { arePasskeysOn, listPasskeys } from "@/lib/accounts/passkeys"
import { localeOf } from "@/lib/accounts/users"
import { listLinks } from "@/lib/authentication/sign-in-with-provider"
import { describeScopes } from "@/lib/clients/scope-descriptions"
import { accountPage } from "@/lib/http/account"
import { localeNames } from "@/lib/i18n/locales"
import { AccountLayout, Section } from "./_parts/account-layout"
import { Apps } from "./_parts/apps"
import { Browsers } from "./_parts/browsers"
import { Events } from "./_parts/events"
import { Row, RowLink } from "./_parts/row"

const shownEvents = 5

/** The account: who the User is, how they sign in, where they are signed in, which apps have access, and what happened. */
export const accountHomePage = accountPage("/account", async ({ signedIn, texts, form }) => {
  const { user, tokenHash } = signedIn
  const { t } = texts
  const [browsers, apps, events, passkeys, links] = await Promise.all([
    listBrowsers(user.id, tokenHash),
    listApps(user.id),
    listHistory(user.id, shownEvents + 1),
    listPasskeys(user.id),
    listLinks(user),
  ])
  const describedApps = await Promise.all(
    apps.map(async (app) => ({
      ...app,
      permissions: await describeScopes(app.scope.filter((name) => !name.startsWith('"'))),
    })),
  )
  const link = (href: string, text: string, about: string) => (
    <RowLink href={href} text={text} label={`${text}: ${about}`} />
  )
  const content = (
    <AccountLayout texts={texts} title={t("account.title")} notice={form.notice}>
      <Section id="profile" title={t("account.profile")}>
        <dl className="divide-y divide-line">
          <Row label={t("account.name")} action={link("/account/profile", t("account.edit"), t("account.profile"))}>
            {user.name ?? <span className="text-muted">{t("account.noName")}</span>}
          </Row>
          <Row label={t("account.email")} action={link("/account/email", t("account.change"), t("account.email"))}>
            <bdi>{toReadableEmail(user.email)}</bdi>
            <span className="block text-sm text-muted">
              {t(user.emailVerifiedAt ? "account.emailVerified" : "account.emailUnverified")}
            </span>
          </Row>
          <Row
            label={t("account.password")}
            action={link("/account/password", t("account.change"), t("account.password"))}
          >
            ••••••••
          </Row>
          {arePasskeysOn() && (
            <Row label={t("passkeys.row")} action={link("/account/passkeys", t("account.change"), t("passkeys.row"))}>
              {passkeys.length === 0 ? t("passkeys.none") : t("passkeys.count", { count: passkeys.length })}
            </Row>
          )}
          {links.length > 0 && (
            <Row
              label={t("providers.row")}
              action={link("/account/providers", t("account.change"), t("providers.row"))}
            >
              {links.flatMap((one) => (one.link ? [one.provider.name] : [])).join(", ") || t("providers.none")}
            </Row>
          )}
          <Row
            label={t("secondFactor.row")}
            action={link(
              "/account/totp",
              t(user.totp ? "account.change" : "secondFactor.setUp"),
              t("secondFactor.row"),
            )}
          >
            {t(user.totp ? "secondFactor.on" : "secondFactor.off")}
          </Row>
          <Row
            label={t("account.language")}
            action={link("/account/profile", t("account.edit"), t("account.language"))}
          >
            {localeNames[localeOf(user, texts.locale)]}
          </Row>
        </dl>
      </Section>
      <Browsers texts={texts} browsers={browsers} />
      <Apps texts={texts} apps={describedApps} />
      <Section
        id="history"
        title={t("account.history")}
        action={
          events.length > shownEvents && (
            <a className="link text-sm" href="/account/history">
              {t("account.historyAll")}
            </a>
          )
        }
      >
        <Events texts={texts} events={events.slice(0, shownEvents)} />
      </Section>
      <Section id="data" title={t("account.data")}>
        <p className="text-muted">{t("account.exportLead")}</p>
        <div className="mt-3 flex flex-wrap gap-3">
          <form action="/account/export/submit" method="post">
            <button type="submit" className="button button-plain">
              {t("account.export")}
            </button>
          </form>
          <a className="button button-plain text-danger" href="/account/delete">
            {t("account.delete")}
          </a>
        </div>
      </Section>
    </AccountLayout>
  )
  return { texts, title: t("account.title"), content }
})
