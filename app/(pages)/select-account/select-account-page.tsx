import { toReadableEmail } from "@/lib/accounts/email-address"
import { listBrowserAccounts } from "@/lib/authentication/browser-accounts"
import { callbackPath, findInteraction } from "@/lib/authorization/interaction"
import { readBrowser } from "@/lib/http/browser-endpoint"
import { pathWithState } from "@/lib/http/form-result"
import { type PageHandler, readPageState } from "@/lib/http/page"
import { redirect } from "@/lib/http/responses"
import { readTexts } from "@/lib/http/texts"
import { ClientName } from "../_components/client-name"
import { FormScript } from "../_components/form-script"
import { NarrowPage } from "../_components/narrow-page"
import { SubmitButton } from "../_components/submit-button"

/** Lets the person choose among the accounts that are signed in in this browser (prompt select_account). */
export const selectAccountPage: PageHandler = async (request) => {
  const state = readPageState(request) ?? ""
  const { browserTokens, browserSessionToken, otherSessionTokens = [] } = readBrowser(request)
  const interaction = await findInteraction(state, browserTokens)
  const accounts = await listBrowserAccounts(browserSessionToken, otherSessionTokens)
  if (!interaction) return redirect(callbackPath(state))
  // The cookie names accounts that have been signed out since.
  if (accounts.length === 0) return redirect(pathWithState("/sign-in", state))
  const texts = readTexts(request, interaction.locale)
  const { t } = texts
  const client = () => <ClientName name={interaction.client.clientName} unnamed={t("common.unnamedApp")} />
  const content = (
    <NarrowPage texts={texts} title={t("accounts.title")} lead={<p>{t.rich("signIn.forClient", { client })}</p>}>
      <form action="/select-account/submit" method="post" className="grid gap-3">
        <input type="hidden" name="state" value={state} />
        {accounts.map(({ id, user }) => (
          <button
            key={id}
            type="submit"
            name="account"
            value={id}
            className="button button-plain w-full flex-col gap-0"
          >
            {user.name && <bdi className="[overflow-wrap:anywhere]">{user.name}</bdi>}
            <bdi className={`[overflow-wrap:anywhere] ${user.name ? "text-sm font-normal text-muted" : ""}`}>
              {toReadableEmail(user.email)}
            </bdi>
          </button>
        ))}
        <SubmitButton name="account" value="another">
          {t("accounts.another")}
        </SubmitButton>
      </form>
      <FormScript />
    </NarrowPage>
  )
  return { texts, title: t("accounts.title"), content }
}
