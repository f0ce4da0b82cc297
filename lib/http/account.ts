import { mayChangeFactors } from "@/lib/accounts/passkeys"
import { callbackPath } from "@/lib/authorization/interaction"
import { isReferenceViolation } from "@/lib/data/errors"
import type { Texts } from "@/lib/i18n/texts"
import { findSignedInUser, isRecentSignIn, type SignedIn } from "@/lib/sessions/browser-sessions"
import { readTokenCookie } from "./cookies"
import type { Endpoint } from "./endpoint"
import type { EndpointRequest, EndpointResponse } from "./exchange"
import { formEndpoint, type PostedForm } from "./form-endpoint"
import { type FormResult, findFormResult } from "./form-result"
import { type PageHandler, readPageState } from "./page"
import { redirect } from "./responses"
import { readUserTexts } from "./texts"

/** The pages that a sign-in can lead to: those of the account. */
const nextSyntax = /^\/account(\/[a-z-]{1,30}){0,2}$/

/** Reads the page where a sign-in without an authorization continues; null for none, and for every other address. */
export const parseNext = (next: string | null): string | null => (next && nextSyntax.test(next) ? next : null)

/** The sign-in page that leads back to a page of the account. */
export const signInPath = (next: string) => `/sign-in?${new URLSearchParams({ next })}`

/**
 * Whether a passkey alone signed the User in. Where that is recent, it takes the place of the password. A passkey that was added
 * after another sign-in does not: it may be that of someone who found the browser open.
 */
export const isByPasskey = (amr: string[]) =>
  (amr.includes("hwk") || amr.includes("swk")) && !amr.includes("pwd") && !amr.includes("fed")

type Options = {
  /** Whether the sign-in must be recent, because the page is for a sensitive change. */
  recent?: boolean
}

/** The pages that add or remove a way to sign in without the password. */
const factorPages = ["/account/passkeys", "/account/providers", "/account/recovery-codes", "/account/totp"]

/** Whether the User has to use the passkey that they have before this page. */
export const needsPasskey = async (page: string, signedIn: SignedIn): Promise<boolean> =>
  factorPages.includes(page) && !(await mayChangeFactors(signedIn))

async function findUserFor(
  page: string,
  request: EndpointRequest,
  { recent = false }: Options,
): Promise<SignedIn | null> {
  const signedIn = await findSignedInUser(readTokenCookie(request, "session"))
  if (!signedIn || (recent && !isRecentSignIn(signedIn)) || (recent && (await needsPasskey(page, signedIn))))
    return null
  return signedIn
}

/** What a page of the account gets: the User, the texts, and the result of its form's last post. */
export type AccountPageContext = { request: EndpointRequest; signedIn: SignedIn; texts: Texts; form: FormResult }

/** A page of the account. A browser in which no one is signed in, or not recently enough, is sent to sign in first. */
export function accountPage(
  path: string,
  handle: (context: AccountPageContext) => ReturnType<PageHandler>,
  options: Options = {},
): PageHandler {
  return async (request) => {
    const signedIn = await findUserFor(path, request, options)
    const state = readPageState(request)
    // A page that is a step of an authorization goes back to it.
    if (!signedIn) return redirect(state === null ? signInPath(path) : callbackPath(state))
    const form = (await findFormResult(request, path, state)) ?? { values: {}, errors: {} }
    return handle({ request, signedIn, texts: readUserTexts(request, signedIn.user), form })
  }
}

/** The endpoint that a form of the account posts to, with the same conditions as its page. */
export function accountForm(
  page: string,
  handle: (form: PostedForm, signedIn: SignedIn, texts: Texts) => Promise<EndpointResponse>,
  options: Options = {},
): Endpoint {
  return formEndpoint(page, async (form) => {
    const signedIn = await findUserFor(page, form.request, options)
    // A form that is a step of an authorization goes back to it.
    const signInAgain = () => redirect(form.state === null ? signInPath(page) : callbackPath(form.state))
    if (!signedIn) return signInAgain()
    try {
      return await handle(form, signedIn, readUserTexts(form.request, signedIn.user))
    } catch (error) {
      // Another browser deleted the account after the sign-in was looked up.
      if (isReferenceViolation(error)) return signInAgain()
      throw error
    }
  })
}
