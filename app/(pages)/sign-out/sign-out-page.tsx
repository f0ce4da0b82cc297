import { toReadableEmail } from "@/lib/accounts/email-address"
import { parseSignOutRequest } from "@/lib/authentication/sign-out"
import { readTokenCookie } from "@/lib/http/cookies"
import { readQuery } from "@/lib/http/form"
import type { PageHandler } from "@/lib/http/page"
import { readTexts } from "@/lib/http/texts"
import { findSignedInUser } from "@/lib/sessions/browser-sessions"
import { ClientName } from "../_components/client-name"
import { FormScript } from "../_components/form-script"
import { NarrowPage } from "../_components/narrow-page"
import { SignedInAs } from "../_components/signed-in-as"
import { SubmitButton } from "../_components/submit-button"

/** Asks whether to sign out, and afterwards shows that no one is signed in. */
export const signOutPage: PageHandler = async (request) => {
  const query = readQuery(request)
  const { client, returnUri } = await parseSignOutRequest(query)
  const signedIn = await findSignedInUser(readTokenCookie(request, "session"))
  const texts = readTexts(request)
  const { t } = texts
  if (!signedIn) {
    const content = <NarrowPage texts={texts} title={t("signOut.doneTitle")} lead={<p>{t("signOut.done")}</p>} />
    return { texts, title: t("signOut.donePageTitle"), content }
  }
  const lead = <SignedInAs email={toReadableEmail(signedIn.user.email)} texts={texts} />
  const content = (
    <NarrowPage texts={texts} title={t("signOut.title")} lead={lead}>
      <form action="/sign-out/submit" method="post" className="grid gap-3">
        {query.entries().map(([name, value]) => (
          <input key={name} type="hidden" name={name} value={value} />
        ))}
        {client && (
          <p className="text-sm text-muted">
            {t.rich("signOut.byClient", {
              client: () => <ClientName name={client.clientName} unnamed={t("common.unnamedApp")} />,
            })}
          </p>
        )}
        <SubmitButton>{t("common.signOut")}</SubmitButton>
        <a className="button button-plain" href={returnUri ?? "/"}>
          {t("signOut.stay")}
        </a>
      </form>
      <FormScript />
    </NarrowPage>
  )
  return { texts, title: t("signOut.pageTitle"), content }
}
