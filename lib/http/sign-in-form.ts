import { listSignIns } from "@/lib/authentication/browser-accounts"
import type { Browser } from "@/lib/authorization/authorize"
import { callbackPath, continuePath, findInteraction, type Interaction } from "@/lib/authorization/interaction"
import type { Source } from "@/lib/data/audit-events"
import type { Flow } from "@/lib/flows/flow"
import type { Texts } from "@/lib/i18n/texts"
import { findIncompleteSignIn, type NewBrowserSession } from "@/lib/sessions/browser-sessions"
import { parseNext } from "./account"
import { formatOtherSessions, formatSessionCookie } from "./cookies"
import { readSource } from "./device"
import type { Endpoint } from "./endpoint"
import type { EndpointRequest, EndpointResponse } from "./exchange"
import { formEndpoint, type PostedForm } from "./form-endpoint"
import { forgetFormResult } from "./form-result"
import { redirect } from "./responses"
import { readTexts } from "./texts"

/** What a sign-in is for. */
type Purpose = {
  /** The authorization that it is part of, and its flow; null without one. */
  interaction: Interaction | null
  ownFlow: Flow | null
  /** The page of the account that needs it; null for none. */
  next: string | null
}

/** From where someone signs in, and what happens to the BrowserSession that the browser had. */
export type SignInBrowser = { source: Source; previousToken: string | null; keepsOthers: boolean }

export type SignInForm = PostedForm & Purpose & { texts: Texts; by: SignInBrowser }

/**
 * The endpoint that a form of the sign-in posts to.
 * @param page as for `formEndpoint`
 * @param before answers what signs no one in, also with a state token that cannot be used any more; null for everything else
 */
export function signInForm(
  page: string,
  handle: (form: SignInForm) => Promise<EndpointResponse>,
  before: (form: PostedForm) => Promise<EndpointResponse | null> = async () => null,
): Endpoint {
  return formEndpoint(page, async (form) => {
    const answer = await before(form)
    if (answer) return answer
    const { field, state, browser, request, flow } = form
    // A state token of another browser is refused before anyone is signed in for it.
    const interaction = state === null ? null : await findInteraction(state, browser.browserTokens)
    if (state && !interaction) return redirect(callbackPath(state))
    if (interaction) flow.join(interaction.flowId)
    const ownFlow = interaction && flow
    const next = state === null ? parseNext(field("next")) : null
    const texts = readTexts(request, interaction?.locale)
    return handle({
      ...form,
      interaction,
      ownFlow,
      next,
      texts,
      by: await readSignInBrowser(request, browser, interaction, flow),
    })
  })
}

/** Where the person chooses among accounts, the one before stays signed in, unless it still waits for its second factor. */
export async function readSignInBrowser(
  request: EndpointRequest,
  browser: Browser,
  interaction: Interaction | null,
  flow: Flow,
): Promise<SignInBrowser> {
  const previousToken = browser.browserSessionToken
  const keepsOthers = interaction?.selectsAccount === true && (await findIncompleteSignIn(previousToken)) === null
  return { source: readSource(request, interaction && flow), previousToken, keepsOthers }
}

/**
 * The Set-Cookie headers of a new sign-in. Where the person chooses among accounts, those before stay signed in too, also
 * several of one person: signing out ends what the cookies name.
 */
export async function signedInCookies(
  browserSession: NewBrowserSession,
  { browserSessionToken, otherSessionTokens = [] }: Browser,
  interaction: Interaction | null,
): Promise<string[]> {
  const cookie = formatSessionCookie(browserSession)
  if (!interaction?.selectsAccount) return [cookie]
  const before = await listSignIns(browserSessionToken, otherSessionTokens)
  return [cookie, formatOtherSessions(before.map(({ token }) => token))]
}

/** Where a browser continues in which someone is signed in now: the authorization, or the page that needed the sign-in. */
export async function continueSignedIn(
  { state, browser, flow, interaction, next }: Pick<SignInForm, "state" | "browser" | "flow" | "interaction" | "next">,
  cookies: string[] = [],
): Promise<EndpointResponse> {
  if (interaction) flow.step("authorization.redirects_to_callback")
  const path = state ? await continuePath(state, browser.browserTokens) : (next ?? "/")
  return redirect(path, [...cookies, forgetFormResult()])
}
