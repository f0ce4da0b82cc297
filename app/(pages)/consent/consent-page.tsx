import { toReadableEmail } from "@/lib/accounts/email-address"
import { callbackPath, findInteraction } from "@/lib/authorization/interaction"
import { describeScopes } from "@/lib/clients/scope-descriptions"
import { readBrowser } from "@/lib/http/browser-endpoint"
import { type PageHandler, readPageState } from "@/lib/http/page"
import { redirect } from "@/lib/http/responses"
import { readTexts } from "@/lib/http/texts"
import { findSignedInUser } from "@/lib/sessions/browser-sessions"
import { ClientName } from "../_components/client-name"
import { FormScript } from "../_components/form-script"
import { NarrowPage } from "../_components/narrow-page"
import { SubmitButton } from "../_components/submit-button"
import { AccountSwitch } from "./account-switch"
import { ClientLinks } from "./client-links"
import { ClientWarnings } from "./client-warnings"
import { DeviceWarning } from "./device-warning"
import { RequestedAccess } from "./requested-access"

/** The consent page: lists what the Client may do after the User presses Allow. */
export const consentPage: PageHandler = async (request) => {
  const state = readPageState(request) ?? ""
  const { browserTokens, browserSessionToken } = readBrowser(request)
  const interaction = await findInteraction(state, browserTokens)
  const signedIn = await findSignedInUser(browserSessionToken)
  if (!interaction || !signedIn) return redirect(callbackPath(state))
  const texts = readTexts(request, interaction.locale)
  const { t } = texts
  const client = <ClientName name={interaction.client.clientName} unnamed={t("common.unnamedApp")} />

  const content = (
    <NarrowPage texts={texts} title={t.rich("consent.title", { client: () => client })}>
      {interaction.client.logoUri && (
        <img
          src={`/client-logo?${new URLSearchParams({ client_id: interaction.client.clientId })}`}
          alt=""
          width="48"
          height="48"
          className="mb-5 size-12 rounded-lg bg-sunken object-contain"
        />
      )}
      <form action="/consent/submit" method="post">
        <input type="hidden" name="state" value={state} />
        <input type="hidden" name="user" value={signedIn.user.id} />
        <RequestedAccess
          texts={texts}
          client={client}
          scopes={await describeScopes(interaction.scopes)}
          claims={interaction.claims}
          resources={interaction.resources}
        />
        {interaction.userCode === null ? (
          <p className="mt-7 text-sm text-muted">
            {t.rich("consent.returnTo", {
              host: interaction.returnHost,
              strong: (host) => <strong className="font-medium text-ink [overflow-wrap:anywhere]">{host}</strong>,
            })}
          </p>
        ) : (
          <DeviceWarning userCode={interaction.userCode} texts={texts} />
        )}
        <ClientLinks client={interaction.client} texts={texts} />
        <ClientWarnings interaction={interaction} client={client} texts={texts} />
        <div className="mt-3 grid gap-3">
          <SubmitButton name="decision" value="allow">
            {t("consent.allow")}
          </SubmitButton>
          <SubmitButton name="decision" value="deny" look="plain">
            {t("consent.deny")}
          </SubmitButton>
        </div>
        <AccountSwitch email={toReadableEmail(signedIn.user.email)} texts={texts} />
      </form>
      <FormScript />
    </NarrowPage>
  )
  return { texts, title: t("consent.pageTitle"), content }
}
