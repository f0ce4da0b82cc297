import type { SignedInBrowser } from "@/lib/accounts/browsers"
import type { Texts } from "@/lib/i18n/texts"
import { Section } from "./account-layout"
import { formatAgo, formatDay } from "./dates"
import { describeDevice } from "./device-name"

/** The browsers in which the User is signed in, each with a button to sign out there. */
export function Browsers({ texts, browsers }: { texts: Texts; browsers: SignedInBrowser[] }) {
  const { t } = texts
  return (
    <Section id="browsers" title={t("account.browsers")}>
      <form action="/account/browsers/submit" method="post">
        <ul className="divide-y divide-line">
          {browsers.map((browser) => {
            const name = describeDevice(texts, browser)
            return (
              <li key={browser.id} className="flex flex-wrap items-center justify-between gap-x-4 gap-y-1 py-3">
                <div className="min-w-0">
                  <p className="[overflow-wrap:anywhere]">
                    {name}
                    {browser.isThis && (
                      <span className="ms-2 rounded-md bg-accent-soft px-1.5 py-0.5 text-sm">
                        {t("account.thisBrowser")}
                      </span>
                    )}
                  </p>
                  <p className="text-sm text-muted">
                    {t("account.signedInAt", { date: formatDay(texts, browser.signedInAt) })} ·{" "}
                    {t("account.lastUsed", { date: formatAgo(texts, browser.lastUsedAt) })}
                  </p>
                </div>
                {!browser.isThis && (
                  <button
                    type="submit"
                    name="browser"
                    value={browser.id}
                    className="link py-1 text-sm"
                    aria-label={`${t("account.end")}: ${name}`}
                  >
                    {t("account.end")}
                  </button>
                )}
              </li>
            )
          })}
        </ul>
        {browsers.length > 1 && (
          <button type="submit" name="browser" value="others" className="button button-plain mt-3">
            {t("account.endOthers")}
          </button>
        )}
      </form>
    </Section>
  )
}
