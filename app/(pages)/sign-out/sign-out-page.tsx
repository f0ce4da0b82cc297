import { toReadableEmail } from "@/lib/accounts/email-address"
import { parseSignOutRequest } from "@/lib/authentication/sign-out"
import { readTokenCookie } from "@/lib/http/cookies"
import { readQuery } from "@/lib/http/form"
import type { PageHandler } from "@/lib/http/page"
import { findSignedInUser } from "@/lib/sessions/browser-sessions"
import { ClientName } from "../_components/client-name"
import { FormScript } from "../_components/form-script"
import { NarrowPage } from "../_components/narrow-page"
import { SubmitButton } from "../_components/submit-button"

/** Asks whether to sign out, and afterwards shows that no one is signed in. */
export const signOutPage: PageHandler = async (request) => {
  const query = readQuery(request)
  const { client, returnUri } = await parseSignOutRequest(query)
  const signedIn = await findSignedInUser(readTokenCookie(request, "session"))
  if (!signedIn) {
    return {
      title: "Signed out",
      content: <NarrowPage title="You're signed out" lead={<p>You can close this page.</p>} />,
    }
  }
  const lead = (
    <p>
      Signed in as{" "}
      <bdi className="font-medium text-ink [overflow-wrap:anywhere]">{toReadableEmail(signedIn.user.email)}</bdi>
    </p>
  )
  const content = (
    <NarrowPage title="Sign out?" lead={lead}>
      <form action="/sign-out/submit" method="post" className="grid gap-3">
        {query.entries().map(([name, value]) => (
          <input key={name} type="hidden" name={name} value={value} />
        ))}
        {client && (
          <p className="text-sm text-muted">
            <ClientName name={client.clientName} /> asks you to sign out. You may still be signed in there.
          </p>
        )}
        <SubmitButton>Sign out</SubmitButton>
        <a className="button button-plain" href={returnUri ?? "/"}>
          Stay signed in
        </a>
      </form>
      <FormScript />
    </NarrowPage>
  )
  return { title: "Sign out", content }
}
