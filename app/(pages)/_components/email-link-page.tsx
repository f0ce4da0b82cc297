import type { Texts } from "@/lib/i18n/texts"
import { NarrowPage } from "./narrow-page"

/** The page for a link from an e-mail that cannot be used. @param again the path of the form for a new one, or of the page that offers one */
export function unusableLinkPage(texts: Texts, again: "/reset-password" | "/sign-up" | "/sign-in") {
  const { t } = texts
  const content = (
    <NarrowPage texts={texts} title={t("errors.emailLinkTitle")} lead={<p>{t("errors.emailLink")}</p>}>
      <a className="button button-primary w-full" href={again}>
        {again === "/sign-in" ? t("common.signIn") : t("errors.emailLinkAgain")}
      </a>
    </NarrowPage>
  )
  return { texts, status: 410, title: t("errors.emailLinkTitle"), content }
}
