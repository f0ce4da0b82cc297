import type { Metadata } from "next"
import { notFound } from "next/navigation"
import { findDemoUser } from "@/lib/accounts/demo-user"
import { toReadableEmail } from "@/lib/accounts/email-address"
import { config } from "@/lib/config"
import { readTokenCookie } from "@/lib/http/cookies"
import { findSignedInUser } from "@/lib/sessions/browser-sessions"
import { hasInspectorAccess } from "../_next/inspector-access"
import { readRequest } from "../_next/serve-page"
import { Tour } from "./tour"

export const metadata: Metadata = { title: "Playground" }

/** The guided tour of the flows. Only a server in demo mode has it. */
export default async function PlaygroundPage() {
  const { DEMO, issuer } = config()
  if (!DEMO) notFound()
  const signedIn = await findSignedInUser(readTokenCookie(await readRequest(), "session"))
  return (
    <Tour
      issuer={issuer}
      watching={await hasInspectorAccess()}
      signedInAs={signedIn && toReadableEmail(signedIn.user.email)}
      demoUser={await findDemoUser()}
    />
  )
}
