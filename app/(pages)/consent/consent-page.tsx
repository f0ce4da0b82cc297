import { toReadableEmail } from "@/lib/accounts/email-address"
import { callbackPath, findInteraction } from "@/lib/authorization/interaction"
import { describeClaim, describeScopes } from "@/lib/clients/scope-descriptions"
import { readBrowser } from "@/lib/http/browser-endpoint"
import { type PageHandler, readPageQuery } from "@/lib/http/page"
import { redirect } from "@/lib/http/responses"
import { findSignedInUser } from "@/lib/sessions/browser-sessions"
import { ClientName } from "../_components/client-name"
import { FormScript } from "../_components/form-script"
import { NarrowPage } from "../_components/narrow-page"
import { SubmitButton } from "../_components/submit-button"
import { AccountSwitch } from "./account-switch"
import { DeviceWarning } from "./device-warning"
import { RequestedAccess } from "./requested-access"

/** The consent page: lists what the Client may do after the User presses Allow. */
export const consentPage: PageHandler = async (request) => {
  const state = readPageQuery(request, "state") ?? ""
  const { browserTokens, browserSessionToken } = readBrowser(request)
  const interaction = await findInteraction(state, browserTokens)
  const signedIn = await findSignedInUser(browserSessionToken)
  if (!interaction || !signedIn) return redirect(callbackPath(state))
  const claims = interaction.claims.map((claim) => ({ scope: claim, description: describeClaim(claim) }))
  const scopes = [...(await describeScopes(interaction.scopes)), ...claims]
  const client = <ClientName name={interaction.client.clientName} />

  const content = (
    <NarrowPage title={<>{client} wants to access your account</>}>
      <form action="/consent/submit" method="post">
        <input type="hidden" name="state" value={state} />
        <input type="hidden" name="user" value={signedIn.user.id} />
        <RequestedAccess client={client} scopes={scopes} resources={interaction.resources} />
        {interaction.userCode === null ? (
          <p className="mt-7 text-sm text-muted">
            You'll be sent back to{" "}
            <strong className="font-medium text-ink [overflow-wrap:anywhere]">{interaction.returnHost}</strong>
          </p>
        ) : (
          <DeviceWarning userCode={interaction.userCode} />
        )}
        {interaction.client.source === "open" && (
          <p className="mt-3 rounded-lg border border-line bg-sunken p-3 text-sm">
            Unverified: {client} registered itself here, and no one has checked who runs it. Allow this only if you know
            the app.
          </p>
        )}
        {interaction.client.source === "document" && (
          <p className="mt-3 rounded-lg border border-line bg-sunken p-3 text-sm">
            Unverified: this app is described by{" "}
            <strong className="font-medium [overflow-wrap:anywhere]">
              {new URL(interaction.client.clientId).host}
            </strong>
            . Allow this only if you know that site.
          </p>
        )}
        {interaction.hasGenericScheme && (
          <p className="mt-3 rounded-lg border border-line bg-sunken p-3 text-sm">
            Any app on this device can open {interaction.returnHost}: links. Allow this only if you started signing in
            from {client} just now.
          </p>
        )}
        <div className="mt-3 grid gap-3">
          <SubmitButton name="decision" value="allow">
            Allow
          </SubmitButton>
          <SubmitButton name="decision" value="deny" look="plain">
            Deny
          </SubmitButton>
        </div>
        <AccountSwitch email={toReadableEmail(signedIn.user.email)} />
      </form>
      <FormScript />
    </NarrowPage>
  )
  return { title: "Allow access", content }
}
