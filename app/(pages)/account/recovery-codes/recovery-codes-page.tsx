import { callbackPath } from "@/lib/authorization/interaction"
import { accountPage } from "@/lib/http/account"
import { forgetFormResult } from "@/lib/http/form-result"
import { readPageState } from "@/lib/http/page"
import { redirect } from "@/lib/http/responses"
import { NarrowPage } from "../../_components/narrow-page"

/** Shows new recovery codes, once: the result that holds them is forgotten with this page. */
export const recoveryCodesPage = accountPage("/account/recovery-codes", async ({ request, signedIn, texts, form }) => {
  const { t } = texts
  const state = readPageState(request)
  const codes = form.values.codes?.split(" ")
  if (!codes || form.values.user !== signedIn.user.id) return redirect("/account")
  const title = t("secondFactor.codesTitle")
  const content = (
    <NarrowPage texts={texts} title={title} lead={<p>{t("secondFactor.codesLead")}</p>}>
      <ol dir="ltr" className="grid grid-cols-2 gap-2 rounded-lg bg-sunken p-4 font-mono select-all">
        {codes.map((code) => (
          <li key={code}>{code}</li>
        ))}
      </ol>
      <a className="button button-primary mt-6 w-full" href={state === null ? "/account" : callbackPath(state)}>
        {t("common.continue")}
      </a>
    </NarrowPage>
  )
  return { texts, title, content, cookies: [forgetFormResult()] }
})
