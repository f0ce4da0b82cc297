"use server"

import { notFound, redirect } from "next/navigation"
import { signUp } from "@/lib/authentication/sign-in"
import { callbackPath, findInteraction } from "@/lib/authorization/interaction"
import { config } from "@/lib/config"
import { readPage, setBrowserSession } from "@/lib/http/page"
import { refuseForeignForm } from "../_components/foreign-form"
import { inFlow } from "../_components/form-flow"
import { formState, formText, waitPath } from "../_components/state"

type SignUpFormResult = {
  email: string
  name: string
  /** A problem with one field, or with the form as a whole. */
  error: { field: "email" | "password" | "name" | null; message: string } | null
}

/** Makes the User of the form, signs the browser in and goes on; or says at which field what to mend. */
export async function signUpWithForm(_previous: SignUpFormResult, form: FormData): Promise<SignUpFormResult> {
  if (!config().SIGN_UP) notFound()
  const email = formText(form, "email").trim()
  const name = formText(form, "name").trim()
  const password = formText(form, "password")
  const state = formState(form)
  const foreign = await refuseForeignForm()
  if (foreign !== null) return { email, name, error: { field: null, message: foreign } }

  const { address, browserTokens, browserSessionToken } = await readPage()
  // A state token of another browser is refused before anybody is signed in for it.
  const interaction = state === null ? null : await findInteraction(state, browserTokens)
  if (state !== null && !interaction) redirect(callbackPath(state))
  return inFlow("/sign-up", interaction, async (flow) => {
    const result = await signUp({ email, name, password, address, previousToken: browserSessionToken }, flow)
    if (result.ok) {
      await setBrowserSession(result.browserSession)
      flow?.step("authorization.redirects_to_callback")
      redirect(state === null ? "/" : callbackPath(state))
    }
    if (!("field" in result)) redirect(waitPath(result, state))
    return { email, name, error: { field: result.field, message: result.message } }
  })
}
