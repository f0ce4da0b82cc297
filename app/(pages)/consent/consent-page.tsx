import { toReadableEmail } from "@/lib/accounts/email-address"
import { callbackPath, findInteraction, type Interaction } from "@/lib/authorization/interaction"
import { readBrowser } from "@/lib/http/browser-endpoint"
import { type PageHandler, readPageQuery } from "@/lib/http/page"
import { redirect } from "@/lib/http/responses"
import { findSignedInUser } from "@/lib/sessions/browser-sessions"
import { ClientName } from "../_components/client-name"
import { FormScript } from "../_components/form-script"
import { NarrowPage } from "../_components/narrow-page"
import { SubmitButton } from "../_components/submit-button"

/** Consent: the person reads what a Client asks for, and allows or denies it. */
export const consentPage: PageHandler = async (request) => {
  const state = readPageQuery(request, "state") ?? ""
  const { browserTokens, browserSessionToken } = readBrowser(request)
  const interaction = await findInteraction(state, browserTokens)
  const signedIn = await findSignedInUser(browserSessionToken)
  if (!interaction || !signedIn) return redirect(callbackPath(state))

  const content = (
    <NarrowPage
      title={
        <>
          Allow <ClientName name={interaction.client.clientName} />?
        </>
      }
    >
      <form action="/consent/submit" method="post">
        <input type="hidden" name="state" value={state} />
        <input type="hidden" name="user" value={signedIn.user.id} />
        <Asked interaction={interaction} />
        <div className="mt-7 grid gap-3">
          <SubmitButton name="decision" value="allow">
            Allow
          </SubmitButton>
          <SubmitButton name="decision" value="deny" look="plain">
            Deny
          </SubmitButton>
        </div>
        <p className="mt-4 text-center text-sm text-muted">
          You return to{" "}
          <strong className="font-medium text-ink [overflow-wrap:anywhere]">{interaction.returnHost}</strong>
        </p>
        <div className="mt-6 flex flex-wrap items-center justify-between gap-x-4 gap-y-1 border-t border-line pt-5 text-sm">
          <p className="text-muted">
            Signed in as{" "}
            <bdi className="font-medium text-ink [overflow-wrap:anywhere]">{toReadableEmail(signedIn.user.email)}</bdi>
          </p>
          <button type="submit" name="decision" value="switch" className="link py-1">
            Use another account
          </button>
        </div>
      </form>
      <FormScript />
    </NarrowPage>
  )
  return { title: "Allow access", content }
}

function Asked({ interaction: { scopes, resources } }: { interaction: Interaction }) {
  return (
    <>
      {scopes.length + resources.length === 0 && <p>It learns who you are here, and nothing more.</p>}
      {scopes.length > 0 && (
        <>
          <h2 className="mb-3 text-muted">It asks for</h2>
          <ul className="grid gap-2.5">
            {scopes.map((scope) => (
              <li key={scope.name} className="flex gap-3">
                <Check />
                <span className="[overflow-wrap:anywhere]">{scope.words}</span>
              </li>
            ))}
          </ul>
        </>
      )}
      {resources.length > 0 && (
        <>
          <h2 className="mt-6 mb-2 text-muted">at</h2>
          <ul className="grid gap-1.5">
            {resources.map((resource) => (
              <li key={resource} className="font-mono text-sm [overflow-wrap:anywhere]">
                {resource}
              </li>
            ))}
          </ul>
        </>
      )}
    </>
  )
}

function Check() {
  return (
    <svg viewBox="0 0 20 20" className="mt-0.5 size-5 shrink-0" aria-hidden="true" focusable="false">
      <circle cx="10" cy="10" r="10" className="fill-accent-soft" />
      <path d="m6 10.3 2.7 2.7 5.3-5.7" className="fill-none stroke-accent stroke-2" />
    </svg>
  )
}
