import type { User } from "@/lib/data/users"
import { findAcceptedLocale, isLocale, type Locale } from "@/lib/i18n/locales"
import { type Texts, textsIn } from "@/lib/i18n/texts"
import { readCookie } from "./cookies"
import type { EndpointRequest } from "./exchange"

/**
 * The texts for a page: in the language that the client asked for, else the one that the person chose, else the browser's.
 * @param uiLocale from the parameter `ui_locales` of the authorization request; null without one
 */
export function readTexts(request: EndpointRequest, uiLocale: Locale | null = null): Texts {
  return textsIn(uiLocale ?? readChosenLocale(request) ?? findAcceptedLocale(request.header("accept-language")) ?? "en")
}

function readChosenLocale(request: EndpointRequest): Locale | null {
  const chosen = readCookie(request, "language")
  return isLocale(chosen) ? chosen : null
}

/** The texts for a page of a User, in the language that they chose, on whatever device. */
export const readUserTexts = (request: EndpointRequest, { locale }: Pick<User, "locale">): Texts =>
  readTexts(request, isLocale(locale) ? locale : null)
