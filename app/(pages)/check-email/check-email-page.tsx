import { findInteraction } from "@/lib/authorization/interaction"
import { config } from "@/lib/config"
import { readBrowser } from "@/lib/http/browser-endpoint"
import { pathWithState } from "@/lib/http/form-result"
import { type PageHandler, readPageQuery, readPageState } from "@/lib/http/page"
import { readTexts } from "@/lib/http/texts"
import { NarrowPage } from "../_components/narrow-page"
import { textLink } from "../_components/text-link"

/** Where another e-mail can be asked for. */
const formPages = new Map([
  ["reset-password", "/reset-password"],
  ["sign-up", "/sign-up"],
  ["verify", "/sign-in"],
  ["change", "/account/email"],
])

/** Says that an e-mail with a link was sent. It is the same whether or not the address has an account. */
export const checkEmailPage: PageHandler = async (request) => {
  const state = readPageState(request)
  const reason = readPageQuery(request, "for") ?? ""
  const again = formPages.get(reason)
  if (config().mail === "off" || !again) return null
  const interaction = state === null ? null : await findInteraction(state, readBrowser(request).browserTokens)
  const texts = readTexts(request, interaction?.locale)
  const { t } = texts
  const lead = <p>{t(reason === "verify" ? "checkEmail.verifyLead" : "checkEmail.lead")}</p>
  const content = (
    <NarrowPage texts={texts} title={t("checkEmail.title")} lead={lead}>
      <div className="grid gap-3">
        <p>{t.rich("checkEmail.nothing", { link: textLink(pathWithState(again, interaction && state)) })}</p>
        {config().mail === "outbox" && <p>{t.rich("checkEmail.outbox", { link: textLink("/outbox") })}</p>}
      </div>
    </NarrowPage>
  )
  return { texts, title: t("checkEmail.title"), content }
}
