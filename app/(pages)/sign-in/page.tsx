import type { Metadata } from "next"
import { redirect } from "next/navigation"
import { callbackPath, findInteraction } from "@/lib/authorization/interaction"
import { config } from "@/lib/config"
import { readPage } from "@/lib/http/page"
import { findSignedInUser } from "@/lib/sessions/browser-sessions"
import { ClientName } from "../_components/client-name"
import { FormScript } from "../_components/form-script"
import { NarrowPage } from "../_components/narrow-page"
import { readState, type SearchParams, withState } from "../_components/state"
import { SignInForm } from "./sign-in-form"

export const metadata: Metadata = { title: "Sign in" }

/** Sign-in: the Authentication Service's page. With a state token it is a step of the Authorization flow, else plain. */
export default async function SignInPage({ searchParams }: { searchParams: SearchParams }) {
  const state = await readState(searchParams)
  const { browserTokens, browserSessionToken } = await readPage()
  const interaction = state === null ? null : await findInteraction(state, browserTokens)
  if (state !== null && !interaction) redirect(callbackPath(state))
  if (state === null && (await findSignedInUser(browserSessionToken))) redirect("/")

  return (
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
            <a className="link" href={withState("/sign-up", state)}>
              Create an account
            </a>
          </p>
        )
      }
    >
      <SignInForm state={state} email={interaction?.loginHint ?? ""} />
      <FormScript />
    </NarrowPage>
  )
}
