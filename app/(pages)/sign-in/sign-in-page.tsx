import { arePasskeysOn, beginPasskeySignIn } from "@/lib/accounts/passkeys"
import { listAllProviders } from "@/lib/accounts/providers"
import { config } from "@/lib/config"
import { pathWithState } from "@/lib/http/form-result"
import { credentialsPage } from "../_components/credentials-page"
import { PasskeyFields } from "../_components/passkey-fields"
import { ProviderButtons } from "../_components/provider-buttons"
import { textLink } from "../_components/text-link"
import { SignInForm } from "./sign-in-form"

export const signInPage = credentialsPage({
  path: "/sign-in",
  title: "signIn.title",
  form: SignInForm,
  after: async (texts) => {
    const { t } = texts
    const passkeys = arePasskeysOn() ? await beginPasskeySignIn() : null
    return (
      <>
        {passkeys && (
          <PasskeyFields
            kind="sign-in"
            action="/sign-in/passkey/submit"
            {...passkeys}
            problem={t("passkeys.stopped")}
            label={t("passkeys.signIn")}
          />
        )}
        <ProviderButtons texts={texts} providers={await listAllProviders()} />
      </>
    )
  },
  below: ({ t }, state) =>
    config().SIGN_UP && (
      <p>
        {t.rich("signIn.newHere", {
          link: textLink(pathWithState("/sign-up", state)),
        })}
      </p>
    ),
})
