import { arePasskeysOn, beginPasskeySignIn } from "@/lib/accounts/passkeys"
import { config } from "@/lib/config"
import { pathWithState } from "@/lib/http/form-result"
import { credentialsPage } from "../_components/credentials-page"
import { PasskeyFields } from "../_components/passkey-fields"
import { textLink } from "../_components/text-link"
import { SignInForm } from "./sign-in-form"

export const signInPage = credentialsPage({
  path: "/sign-in",
  title: "signIn.title",
  form: SignInForm,
  after: async ({ t }) => {
    if (!arePasskeysOn()) return null
    const { options, sealed } = await beginPasskeySignIn()
    return (
      <PasskeyFields
        kind="sign-in"
        action="/sign-in/passkey/submit"
        options={options}
        sealed={sealed}
        problem={t("passkeys.stopped")}
        label={t("passkeys.signIn")}
      />
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
