import { callbackPath, findInteraction, findPathPastForm } from "@/lib/authorization/interaction"
import { config } from "@/lib/config"
import { readBrowser } from "@/lib/http/browser-endpoint"
import { findFormResult, pathWithState } from "@/lib/http/form-result"
import { type PageHandler, readPageQuery } from "@/lib/http/page"
import { redirect } from "@/lib/http/responses"
import { ClientName } from "../_components/client-name"
import { FormScript } from "../_components/form-script"
import { NarrowPage } from "../_components/narrow-page"
import { SignInForm } from "./sign-in-form"

/** Sign-in: the Authentication Service's page. With a state token it is a step of the Authorization flow. */
export const signInPage: PageHandler = async (request) => {
  const state = readPageQuery(request, "state")
  const browser = readBrowser(request)
  const interaction = state === null ? null : await findInteraction(state, browser.browserTokens)
  if (state !== null && !interaction) return redirect(callbackPath(state))
  const past = await findPathPastForm(state, browser)
  if (past !== null) return redirect(past)
  const result = await findFormResult(request, "/sign-in", state)

  const content = (
    <NarrowPage
      title="Sign in"
      lead={
        interaction && (
          <p>
            to continue to <ClientName name={interaction.client.clientName} />
          </p>
        )
      }
      below={
        config().SIGN_UP && (
          <p>
            New here?{" "}
            <a className="link" href={pathWithState("/sign-up", state)}>
              Create an account
            </a>
          </p>
        )
      }
    >
      <SignInForm
        state={state}
        email={result?.values.email ?? interaction?.loginHint ?? ""}
        errors={result?.errors ?? {}}
      />
      <FormScript />
    </NarrowPage>
  )
  return { title: "Sign in", content }
}
