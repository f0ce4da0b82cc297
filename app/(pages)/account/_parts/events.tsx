import type { AccountEvent } from "@/lib/accounts/history"
import type { Texts } from "@/lib/i18n/texts"
import { formatTime } from "./dates"
import { describeDevice } from "./device-name"

/** What happened to the account, the newest first. */
export function Events({ texts, events }: { texts: Texts; events: AccountEvent[] }) {
  const { t } = texts
  if (events.length === 0) return <p className="text-muted">{t("account.noHistory")}</p>
  return (
    <ol className="divide-y divide-line">
      {events.map((event) => (
        <li key={event.id} className="py-2.5">
          <p className="[overflow-wrap:anywhere]">
            {t(`events.${event.kind}`)}
            {event.detail && event.kind !== "sign_in_failed" && <bdi>: {event.detail}</bdi>}
            {event.count > 1 && <bdi> × {new Intl.NumberFormat(texts.locale).format(event.count)}</bdi>}
          </p>
          <p className="text-sm text-muted">
            <time dateTime={event.at.toISOString()}>
              <bdi>{formatTime(texts, event.at)}</bdi>
            </time>{" "}
            · <bdi>{describeDevice(texts, event)}</bdi>
          </p>
        </li>
      ))}
    </ol>
  )
}
