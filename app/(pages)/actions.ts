"use server"

import { redirect } from "next/navigation"
import { clearBrowserSession, readPage } from "@/lib/http/page"
import { endBrowserSession } from "@/lib/sessions/browser-sessions"
import { refuseForeignForm } from "./_components/foreign-form"

/** Ends the BrowserSession of this browser. */
export async function signOut(): Promise<void> {
  if (await refuseForeignForm()) redirect("/")
  const { browserSessionToken } = await readPage()
  if (browserSessionToken !== null) await endBrowserSession(browserSessionToken)
  await clearBrowserSession()
  redirect("/")
}
