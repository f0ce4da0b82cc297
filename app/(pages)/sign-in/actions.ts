"use server"

import { redirect } from "next/navigation"
import { signIn } from "@/lib/authentication/sign-in"
import { callbackPath, findInteraction } from "@/lib/authorization/interaction"
import { readPage, setBrowserSession } from "@/lib/http/page"
import { refuseForeignForm } from "../_components/foreign-form"
import { inFlow } from "../_components/form-flow"
import { formState, formText, waitPath } from "../_components/state"

type SignInFormResult = { email: string; errors: { email?: string; password?: string; form?: string } }

/** Verifies the credentials of the form, signs the browser in and goes on; or says what to mend. */
export async function signInWithForm(_previous: SignInFormResult, form: FormData): Promise<SignInFormResult> {
  const email = formText(form, "email").trim()
  const password = formText(form, "password")
  const state = formState(form)
  const foreign = await refuseForeignForm()
  if (foreign !== null) return { email, errors: { form: foreign } }
  if (!email || !password) {
    const errors = {
      ...(!email && { email: "Enter your email address." }),
      ...(!password && { password: "Enter your password." }),
    }
    return { email, errors }
  }

  const { address, browserTokens, browserSessionToken } = await readPage()
  // A state token of another browser is refused before anybody is signed in for it.
  const interaction = state === null ? null : await findInteraction(state, browserTokens)
  if (state !== null && !interaction) redirect(callbackPath(state))
  return inFlow("/sign-in", interaction, async (flow) => {
    const result = await signIn({ email, password, address, previousToken: browserSessionToken }, flow)
    if (result.ok) {
      await setBrowserSession(result.browserSession)
      flow?.step("authorization.redirects_to_callback")
      redirect(state === null ? "/" : callbackPath(state))
    }
    if (result.problem !== "wrong_credentials") redirect(waitPath(result, state))
    return { email, errors: { form: "Email or password is not right." } }
  })
}
