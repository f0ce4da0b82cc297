"use server"

import { redirect } from "next/navigation"
import { enterAsOperator } from "@/lib/authentication/operators"
import { setOperatorSession } from "@/lib/http/page"
import { refuseForeignForm } from "../../_components/foreign-form"
import { formText } from "../../_components/state"

/** Uses the link up, and lets this browser see the flows. */
export async function enter(form: FormData): Promise<void> {
  const ticket = formText(form, "ticket")
  // The link is unused, and still good where it was meant for.
  if (await refuseForeignForm()) redirect(`/flows/enter?${new URLSearchParams({ ticket })}`)
  const session = await enterAsOperator(ticket)
  if (session) await setOperatorSession(session)
  redirect(session ? "/flows" : "/flows/enter")
}
