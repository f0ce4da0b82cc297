import { createTranslator } from "use-intl/core"
import { directionOf, type Locale } from "./locales"
import { ar } from "./messages/ar"
import { de } from "./messages/de"
import { en } from "./messages/en"
import { es } from "./messages/es"
import { fr } from "./messages/fr"
import { he } from "./messages/he"
import { it } from "./messages/it"
import { ja } from "./messages/ja"
import { nl } from "./messages/nl"
import { pl } from "./messages/pl"
import { pt } from "./messages/pt"
import { tr } from "./messages/tr"
import { uk } from "./messages/uk"
import { zh } from "./messages/zh"

type Messages<Text> = Text extends string ? string : { readonly [Key in keyof Text]: Messages<Text[Key]> }

/** A catalogue: every key of the English one. */
export type Catalogue = Messages<typeof en>

/** The texts of one language. `t(key)` returns a text, and `t.rich(key)` one with elements in place of its tags. */
export type Texts = {
  locale: Locale
  dir: "ltr" | "rtl"
  t: ReturnType<typeof createTranslator<typeof en>>
}

/** The key of a page's title. */
export type TitleKey =
  | "signIn.title"
  | "signUp.title"
  | "signOut.pageTitle"
  | "consent.pageTitle"
  | "device.title"
  | "errors.notFoundTitle"
  | "resetPassword.title"
  | "resetPassword.chooseTitle"
  | "finishSignUp.title"
  | "confirmEmail.title"
  | "checkEmail.title"
  | "outbox.title"
  | "account.title"
  | "account.emailTitle"
  | "account.passwordTitle"
  | "account.history"
  | "account.deleteTitle"
  | "profile.title"
  | "secondFactor.title"
  | "passkeys.title"
  | "providers.title"
  | "accounts.title"
  | "secondFactor.manageTitle"
  | "secondFactor.codesTitle"

/** The key of a text that says why a form is shown again. */
export type ProblemKey = `problems.${keyof (typeof en)["problems"]}`

export const catalogues: Record<Locale, Catalogue> = { en, de, fr, es, it, pt, nl, pl, tr, uk, ar, he, ja, zh }

const made = new Map<Locale, Texts>()

/** The texts of a language. They are made once, because parsing a message costs more than formatting it. */
export function textsIn(locale: Locale): Texts {
  const texts = made.get(locale) ?? {
    locale,
    dir: directionOf(locale),
    t: createTranslator({ locale, messages: catalogues[locale] as typeof en, timeZone: "UTC" }),
  }
  made.set(locale, texts)
  return texts
}

/** A duration in words: seconds, or from one minute on the minutes, rounded up. */
export function formatDuration({ t }: Texts, seconds: number): string {
  return seconds < 60
    ? t("common.seconds", { count: seconds })
    : t("common.minutes", { count: Math.ceil(seconds / 60) })
}
