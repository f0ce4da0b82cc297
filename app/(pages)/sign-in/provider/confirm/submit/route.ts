import { confirmLink } from "@/lib/authentication/sign-in-with-provider"
import { readCookie } from "@/lib/http/cookies"
import { pathWithState, showFormAgain } from "@/lib/http/form-result"
import { forgetVisit } from "@/lib/http/provider-visit"
import { redirect } from "@/lib/http/responses"
import { continueSignedIn, signedInCookies, signInForm } from "@/lib/http/sign-in-form"

/** Links the account elsewhere with the account here, signs the User in and continues the authorization. */
export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = signInForm("/sign-in", async (form) => {
  const { state, browser, request, interaction, ownFlow, texts, by } = form
  const sealed = readCookie(request, "provider") ?? ""
  const result = await confirmLink(sealed, { ...by, locale: texts.locale }, ownFlow)
  if (result.outcome !== "signed_in") {
    return showFormAgain("/sign-in", state, { values: {}, errors: { form: "problems.providerFailed" } })
  }
  const cookies = [...(await signedInCookies(result.browserSession, browser, interaction)), ...forgetVisit()]
  return result.needsCode
    ? redirect(pathWithState("/sign-in/code", state), cookies)
    : continueSignedIn({ ...form, next: result.next }, cookies)
})
