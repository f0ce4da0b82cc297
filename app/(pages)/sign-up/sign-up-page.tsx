import { callbackPath, findInteraction, findPathPastForm } from "@/lib/authorization/interaction"
import { config } from "@/lib/config"
import { readBrowser } from "@/lib/http/browser-endpoint"
import { findFormResult, pathWithState } from "@/lib/http/form-result"
import { type PageHandler, readPageQuery } from "@/lib/http/page"
import { redirect } from "@/lib/http/responses"
import { ClientName } from "../_components/client-name"
import { FormScript } from "../_components/form-script"
import { NarrowPage } from "../_components/narrow-page"
import { SignUpForm } from "./sign-up-form"

/** Sign-up: makes a User and signs the browser in. With a state token the authorization continues from here. */
export const signUpPage: PageHandler = async (request) => {
  if (!config().SIGN_UP) return null
  const state = readPageQuery(request, "state")
  const browser = readBrowser(request)
  const interaction = state === null ? null : await findInteraction(state, browser.browserTokens)
  if (state !== null && !interaction) return redirect(callbackPath(state))
  const past = await findPathPastForm(state, browser)
  if (past !== null) return redirect(past)
  const result = await findFormResult(request, "/sign-up", state)

  const content = (
    <NarrowPage
      title="Create an account"
      lead={
        interaction && (
          <p>
            to continue to <ClientName name={interaction.client.clientName} />
          </p>
        )
      }
      below={
        <p>
          You have one already?{" "}
          <a className="link" href={pathWithState("/sign-in", state)}>
            Sign in
          </a>
        </p>
      }
    >
      <SignUpForm
        state={state}
        values={{ email: interaction?.loginHint ?? "", name: "", ...result?.values }}
        errors={result?.errors ?? {}}
      />
      <FormScript />
    </NarrowPage>
  )
  return { title: "Create an account", content }
}
