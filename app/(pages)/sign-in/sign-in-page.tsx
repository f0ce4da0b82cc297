import { config } from "@/lib/config"
import { pathWithState } from "@/lib/http/form-result"
import { credentialsPage } from "../_components/credentials-page"
import { SignInForm } from "./sign-in-form"

export const signInPage = credentialsPage({
  path: "/sign-in",
  title: "signIn.title",
  form: SignInForm,
  below: ({ t }, state) =>
    config().SIGN_UP && (
      <p>
        {t.rich("signIn.newHere", {
          link: (label) => (
            <a className="link" href={pathWithState("/sign-up", state)}>
              {label}
            </a>
          ),
        })}
      </p>
    ),
})
