import Negotiator from "negotiator"

/** The languages of the pages and e-mails, as BCP 47 tags, each with its own name. */
export const localeNames = {
  en: "English",
  de: "Deutsch",
  fr: "Français",
  es: "Español",
  it: "Italiano",
  pt: "Português",
  nl: "Nederlands",
  pl: "Polski",
  tr: "Türkçe",
  uk: "Українська",
  ar: "العربية",
  he: "עברית",
  ja: "日本語",
  zh: "简体中文",
} as const

export type Locale = keyof typeof localeNames

export const locales = Object.keys(localeNames) as Locale[]

const rightToLeft = new Set<string>(["ar", "he"])

export const isLocale = (text: string | null | undefined): text is Locale => locales.some((locale) => locale === text)

/** The direction of the text in a language. */
export const directionOf = (locale: Locale): "ltr" | "rtl" => (rightToLeft.has(locale) ? "rtl" : "ltr")

/**
 * Finds the language that fits an Accept-Language header best (RFC 9110 section 12.5.4). A language fits its regions: `de`
 * fits de-AT.
 * @returns null when none does
 */
export function findAcceptedLocale(acceptLanguage: string | null): Locale | null {
  if (!acceptLanguage) return null
  const [best] = new Negotiator({ headers: { "accept-language": acceptLanguage } }).languages(locales)
  return isLocale(best) ? best : null
}

/** Finds the first supported language of the parameter `ui_locales`, a list in order of preference (OpenID Connect Core 1.0 section 3.1.2.1). */
export function findUiLocale(uiLocales: string | undefined): Locale | null {
  for (const tag of (uiLocales ?? "").split(" ")) {
    const locale = /^[A-Za-z0-9-]{2,35}$/.test(tag) ? findAcceptedLocale(tag) : null
    if (locale) return locale
  }
  return null
}
