"use server"

import { redirect } from "next/navigation"
import { allowInteraction, callbackPath, denyInteraction, findInteraction } from "@/lib/authorization/interaction"
import { clearBrowserSession, readPage } from "@/lib/http/page"
import { endBrowserSession } from "@/lib/sessions/browser-sessions"
import { refuseForeignForm } from "../_components/foreign-form"
import { inFlow } from "../_components/form-flow"
import { formText, withState } from "../_components/state"

/** Stores the consent of the person that the page named, and goes back to the flow. */
export async function allow(form: FormData): Promise<void> {
  const state = formText(form, "state")
  if (await refuseForeignForm()) redirect(callbackPath(state))
  const browser = await readPage()
  const interaction = await findInteraction(state, browser.browserTokens)
  return inFlow("/consent", interaction, async (flow) =>
    redirect(await allowInteraction(state, browser, formText(form, "user"), flow)),
  )
}

/** Goes back to the flow with a refusal. */
export async function deny(form: FormData): Promise<void> {
  const state = formText(form, "state")
  if (await refuseForeignForm()) redirect(callbackPath(state))
  const { browserTokens } = await readPage()
  redirect(await denyInteraction(state, browserTokens))
}

/** Signs this browser out, so that somebody else can sign in and go on with the same request. */
export async function useAnotherAccount(form: FormData): Promise<void> {
  const state = formText(form, "state")
  if (await refuseForeignForm()) redirect(callbackPath(state))
  const { browserSessionToken } = await readPage()
  if (browserSessionToken !== null) await endBrowserSession(browserSessionToken)
  await clearBrowserSession()
  redirect(withState("/sign-in", state))
}
