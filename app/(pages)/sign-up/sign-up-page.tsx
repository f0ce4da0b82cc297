import { config } from "@/lib/config"
import { pathWithState } from "@/lib/http/form-result"
import type { PageHandler } from "@/lib/http/page"
import { credentialsPage } from "../_components/credentials-page"
import { textLink } from "../_components/text-link"
import { SignUpForm } from "./sign-up-form"

const page = credentialsPage({
  path: "/sign-up",
  title: "signUp.title",
  form: SignUpForm,
  below: ({ t }, state) => (
    <p>
      {t.rich("signUp.haveAccount", {
        link: textLink(pathWithState("/sign-in", state)),
      })}
    </p>
  ),
})

/** Does not exist where the setting SIGN_UP is off. */
export const signUpPage: PageHandler = async (request) => (config().SIGN_UP ? page(request) : null)
