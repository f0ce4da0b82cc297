import type { Metadata } from "next"
import { notFound, redirect } from "next/navigation"
import { callbackPath, findInteraction } from "@/lib/authorization/interaction"
import { config } from "@/lib/config"
import { readPage } from "@/lib/http/page"
import { findSignedInUser } from "@/lib/sessions/browser-sessions"
import { ClientName } from "../_components/client-name"
import { FormScript } from "../_components/form-script"
import { NarrowPage } from "../_components/narrow-page"
import { readState, type SearchParams, withState } from "../_components/state"
import { SignUpForm } from "./sign-up-form"

export const metadata: Metadata = { title: "Create an account" }

/** Sign-up: makes a User and signs the browser in. With a state token the flow goes on from here. */
export default async function SignUpPage({ searchParams }: { searchParams: SearchParams }) {
  if (!config().SIGN_UP) notFound()
  const state = await readState(searchParams)
  const { browserTokens, browserSessionToken } = await readPage()
  const interaction = state === null ? null : await findInteraction(state, browserTokens)
  if (state !== null && !interaction) redirect(callbackPath(state))
  if (state === null && (await findSignedInUser(browserSessionToken))) redirect("/")

  return (
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
          <a className="link" href={withState("/sign-in", state)}>
            Sign in
          </a>
        </p>
      }
    >
      <SignUpForm state={state} email={interaction?.loginHint ?? ""} />
      <FormScript />
    </NarrowPage>
  )
}
