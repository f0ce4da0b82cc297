import { callbackPath, findInteraction } from "@/lib/authorization/interaction"
import { parseNext } from "@/lib/http/account"
import { readBrowser } from "@/lib/http/browser-endpoint"
import { findFormResult } from "@/lib/http/form-result"
import { type PageHandler, readPageQuery, readPageState } from "@/lib/http/page"
import { redirect } from "@/lib/http/responses"
import { readTexts } from "@/lib/http/texts"
import { findIncompleteSignIn } from "@/lib/sessions/browser-sessions"
import { CodeField } from "../../_components/code-field"
import { FormScript } from "../../_components/form-script"
import { NarrowPage } from "../../_components/narrow-page"
import { SubmitButton } from "../../_components/submit-button"

/** Asks for the second factor, after the password was right. */
export const codePage: PageHandler = async (request) => {
  const state = readPageState(request)
  const next = parseNext(readPageQuery(request, "next"))
  const browser = readBrowser(request)
  const signedIn = await findIncompleteSignIn(browser.browserSessionToken)
  if (!signedIn) return redirect(state === null ? (next ?? "/sign-in") : callbackPath(state))
  const interaction = state === null ? null : await findInteraction(state, browser.browserTokens)
  const texts = readTexts(request, interaction?.locale)
  const { t } = texts
  const { errors = {} } = (await findFormResult(request, "/sign-in/code", state)) ?? {}
  const content = (
    <NarrowPage texts={texts} title={t("secondFactor.title")} lead={<p>{t("secondFactor.lead")}</p>}>
      <form action="/sign-in/code/submit" method="post" noValidate className="grid gap-5">
        {state !== null && <input type="hidden" name="state" value={state} />}
        {next !== null && <input type="hidden" name="next" value={next} />}
        <CodeField label={t("secondFactor.code")} error={errors.code && t(errors.code)} />
        <SubmitButton>{t("common.continue")}</SubmitButton>
        <p className="text-sm text-muted">
          {t.rich("secondFactor.another", {
            switch: (label) => (
              <button type="submit" name="decision" value="switch" className="link py-1">
                {label}
              </button>
            ),
          })}
        </p>
      </form>
      <FormScript />
    </NarrowPage>
  )
  return { texts, title: t("secondFactor.title"), content }
}
