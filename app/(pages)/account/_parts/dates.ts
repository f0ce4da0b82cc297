import type { Texts } from "@/lib/i18n/texts"

/** A day in the language of the page. */
export const formatDay = ({ locale }: Texts, date: Date) =>
  new Intl.DateTimeFormat(locale, { dateStyle: "medium", timeZone: "UTC" }).format(date)

/** A time in the language of the page. The time zone is named, because the server does not know the person's. */
export const formatTime = ({ locale }: Texts, date: Date) =>
  new Intl.DateTimeFormat(locale, {
    year: "numeric",
    month: "short",
    day: "numeric",
    hour: "numeric",
    minute: "2-digit",
    timeZone: "UTC",
    timeZoneName: "short",
  }).format(date)

const units = [
  ["day", 24 * 3600],
  ["hour", 3600],
  ["minute", 60],
] as const

/** How long ago, such as "3 hours ago", or the day when that is more than a month ago. */
export function formatAgo(texts: Texts, date: Date): string {
  const seconds = Math.round((Date.now() - date.getTime()) / 1000)
  if (seconds > 30 * 24 * 3600) return formatDay(texts, date)
  // Less than a minute ago is "now".
  const [unit, length] = units.find(([, size]) => seconds >= size) ?? ["second", 60]
  const ago = Math.max(0, Math.floor(seconds / length))
  return new Intl.RelativeTimeFormat(texts.locale, { numeric: "auto" }).format(-ago, unit)
}
