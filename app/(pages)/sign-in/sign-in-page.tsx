import { config } from "@/lib/config"
import { pathWithState } from "@/lib/http/form-result"
import { credentialsPage } from "../_components/credentials-page"
import { SignInForm } from "./sign-in-form"

export const signInPage = credentialsPage({
  path: "/sign-in",
  title: "Sign in",
  form: SignInForm,
  below: (state) =>
    config().SIGN_UP && (
      <p>
        New here?{" "}
        <a className="link" href={pathWithState("/sign-up", state)}>
          Create an account
        </a>
      </p>
    ),
})
