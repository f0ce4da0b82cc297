import { callbackPath } from "@/lib/authorization/interaction"
import { currentTime } from "@/lib/clock"
import type { Texts } from "@/lib/i18n/texts"
import { findSignedInUser, type SignedIn } from "@/lib/sessions/browser-sessions"
import { readTokenCookie } from "./cookies"
import type { Endpoint } from "./endpoint"
import type { EndpointRequest, EndpointResponse } from "./exchange"
import { formEndpoint, type PostedForm } from "./form-endpoint"
import { type FormResult, findFormResult } from "./form-result"
import { type PageHandler, readPageQuery } from "./page"
import { redirect } from "./responses"
import { readUserTexts } from "./texts"

/** Seconds. A sensitive change needs a sign-in that is not older. */
const recentSeconds = 10 * 60

/** The pages that a sign-in can lead to: those of the account. */
const nextSyntax = /^\/account(\/[a-z-]+)*$/

/** Reads the page where a sign-in without an authorization continues; null for none, and for every other address. */
export const parseNext = (next: string | null): string | null => (next && nextSyntax.test(next) ? next : null)

/** The sign-in page that leads back to a page of the account. */
export const signInPath = (next: string) => `/sign-in?${new URLSearchParams({ next })}`

export const isRecent = ({ authenticatedAt }: SignedIn) =>
  currentTime().getTime() - authenticatedAt.getTime() < recentSeconds * 1000

/** Whether a passkey signed the User in. Where that is recent, it takes the place of the password. */
export const isByPasskey = (amr: string[]) => amr.includes("hwk") || amr.includes("swk")

type Options = {
  /** Whether the sign-in must be recent, because the page is for a sensitive change. */
  recent?: boolean
}

async function findUserFor(request: EndpointRequest, { recent = false }: Options): Promise<SignedIn | null> {
  const signedIn = await findSignedInUser(readTokenCookie(request, "session"))
  return signedIn && (!recent || isRecent(signedIn)) ? signedIn : null
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
    const signedIn = await findUserFor(request, options)
    const state = readPageQuery(request, "state")
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
    const signedIn = await findUserFor(form.request, options)
    return signedIn ? handle(form, signedIn, readUserTexts(form.request, signedIn.user)) : redirect(signInPath(page))
  })
}
