import type { Texts } from "@/lib/i18n/texts"

/** A browser in words, such as "Firefox on Windows". */
export function describeDevice({ t }: Texts, { browser, os }: { browser: string | null; os: string | null }): string {
  if (browser && os) return t("account.browserOn", { browser, os })
  return browser ?? os ?? t("account.unknownBrowser")
}
