import type { ReactNode } from "react"
import { toReadableEmail } from "@/lib/accounts/email-address"
import type { Browser } from "@/lib/authorization/authorize"
import { callbackPath, findInteraction, findPathPastForm, isPasskeyNeeded } from "@/lib/authorization/interaction"
import { needsPasskey, parseNext } from "@/lib/http/account"
import { readBrowser } from "@/lib/http/browser-endpoint"
import { type FormResult, findFormResult, pathWithState } from "@/lib/http/form-result"
import { type PageHandler, readPageQuery, readPageState } from "@/lib/http/page"
import { redirect } from "@/lib/http/responses"
import { readTexts } from "@/lib/http/texts"
import type { Texts } from "@/lib/i18n/texts"
import { findIncompleteSignIn, findSignedInUser, isRecentSignIn, type SignedIn } from "@/lib/sessions/browser-sessions"
import { ClientName } from "./client-name"
import { FormScript } from "./form-script"
import { NarrowPage } from "./narrow-page"
import { Notice } from "./notice"

/** What the form shows at first: the values and errors of a refused attempt, or the e-mail address of a login_hint. */
export type FormProps = FormResult & {
  texts: Texts
  /** The state token of the authorization that this is a step of; null without one. */
  state: string | null
  /** The page of the account that continues after it; null for none. */
  next: string | null
  children?: ReactNode
}

/**
 * The sign-in page and the sign-up page. Both continue the authorization of the state token in their query, and redirect
 * when there is nothing to fill in: the User is signed in already, or the state token is not valid.
 */
export function credentialsPage(options: {
  path: "/sign-in" | "/sign-up"
  title: "signIn.title" | "signUp.title"
  form: (props: FormProps) => ReactNode
  /** At the end of the form: another way to do the same. */
  after?: (texts: Texts) => Promise<ReactNode>
  /** Under the card: a link to the other page. */
  below: (texts: Texts, state: string | null) => ReactNode
}): PageHandler {
  const { path, title, form: Form, after, below } = options
  return async (request) => {
    const state = readPageState(request)
    const browser = readBrowser(request)
    const interaction = state === null ? null : await findInteraction(state, browser.browserTokens)
    if (state !== null && !interaction) return redirect(callbackPath(state))
    // Without an authorization, the person may come from a page of the account that needs a sign-in, or a recent one.
    const next = state === null ? parseNext(readPageQuery(request, "next")) : null
    const signedIn = await findSignedInUser(browser.browserSessionToken)
    const usesPasskey = await isPasskeyAsked(signedIn, { state, next, browser })
    const maySkip = signedIn !== null && isRecentSignIn(signedIn) && !usesPasskey
    const past = next && signedIn ? (maySkip ? next : null) : await findPathPastForm(state, browser)
    if (past !== null) return redirect(past)
    // The password was right, and the second factor is still missing.
    if (path === "/sign-in" && (await findIncompleteSignIn(browser.browserSessionToken))) {
      return redirect(pathWithState(next ? `/sign-in/code?${new URLSearchParams({ next })}` : "/sign-in/code", state))
    }
    const isConfirmation = next !== null && signedIn !== null
    const texts = readTexts(request, interaction?.locale)
    const { t } = texts
    const { values = {}, errors = {}, notice } = (await findFormResult(request, path, state)) ?? {}

    const known = interaction?.loginHint ?? (isConfirmation ? toReadableEmail(signedIn.user.email) : "")
    const lead = interaction ? (
      <p>
        {t.rich("signIn.forClient", {
          client: () => <ClientName name={interaction.client.clientName} unnamed={t("common.unnamedApp")} />,
        })}
      </p>
    ) : (
      isConfirmation && <p>{t("account.confirmLead")}</p>
    )
    const content = (
      <NarrowPage
        texts={texts}
        title={t(isConfirmation ? "account.confirmTitle" : title)}
        lead={lead}
        below={!isConfirmation && below(texts, state)}
      >
        <Notice texts={texts} notice={usesPasskey ? "passkeyNeeded" : notice} />
        <Form texts={texts} state={state} next={next} values={{ email: known, ...values }} errors={errors}>
          {await after?.(texts)}
        </Form>
        <FormScript />
      </NarrowPage>
    )
    return { texts, title: t(title), content }
  }
}

/** Whether the person who is signed in with a password has to use a passkey here. */
const isPasskeyAsked = async (
  signedIn: SignedIn | null,
  { state, next, browser }: { state: string | null; next: string | null; browser: Browser },
): Promise<boolean> =>
  signedIn !== null &&
  (state === null ? next !== null && (await needsPasskey(next, signedIn)) : await isPasskeyNeeded(state, browser))
