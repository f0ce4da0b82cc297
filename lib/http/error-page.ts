import { randomBytes } from "node:crypto"
import { PasswordPoolBusyError } from "@/lib/accounts/password"
import type { AuthorizationResponse } from "@/lib/authorization/authorization-response"
import { config } from "@/lib/config"
import { formatDuration, type Texts } from "@/lib/i18n/texts"
import type { OAuthError } from "@/lib/protocol/errors"
import type { EndpointRequest, EndpointResponse } from "./exchange"
import { htmlPage, type Page } from "./html-page"
import { jsonError, securityHeaders } from "./responses"
import { readTexts } from "./texts"

/**
 * The response to an error that must not, or cannot, go to the client: a page with what the person can do, and what the
 * client's developer can fix. A program that accepts only JSON gets JSON.
 * @param flowId shown as the reference, by which an operator finds the error in the log; null when nothing is logged
 */
export function errorPage(request: EndpointRequest, error: OAuthError, flowId: string | null): EndpointResponse {
  if (wantsJson(request)) return jsonError(error)
  const texts = readTexts(request)
  // Registered URIs are for developers: in production the page has only the reference.
  const comparison = config().isDevelopment ? error.comparison : null
  const page = {
    ...explain(texts, error, request.path),
    comparison,
    action: linkAfter(texts, error),
    reference: flowId,
  }
  return htmlResponse(texts, error.status, page, error.headers)
}

/** Why a form was not processed: too many attempts, or too many passwords to check at this moment. */
export type Wait = { problem: "too_many_attempts" | "busy"; retryAfterSeconds: number }

/**
 * The response to a form that must be sent again later: 429 after too many attempts, 503 when the server is busy.
 * @param form its page's path with the state token, and whether it is the sign-in form
 */
export function waitPage(
  texts: Texts,
  { problem, retryAfterSeconds }: Wait,
  form: { href: string; isSignIn: boolean },
): EndpointResponse {
  const { t } = texts
  const headers = { "Retry-After": String(retryAfterSeconds) }
  const duration = formatDuration(texts, retryAfterSeconds)
  const action = { label: t(form.isSignIn ? "errors.backToSignIn" : "errors.backToForm"), href: form.href }
  const kind = problem === "busy" ? "busy" : form.isSignIn ? "tooManySignIns" : "tooMany"
  const page = { title: t(`errors.${kind}Title`), lead: t(`errors.${kind}`, { duration }), action }
  return htmlResponse(texts, problem === "busy" ? 503 : 429, page, headers)
}

/** Seconds. How long a person is asked to wait when every worker is busy with passwords. */
const busySeconds = 5

/** Runs a form's handler, and answers 503 when too many passwords wait to be hashed. @param page the form's */
export async function refuseWhenBusy(
  texts: Texts,
  page: string,
  handle: () => Promise<EndpointResponse>,
): Promise<EndpointResponse> {
  try {
    return await handle()
  } catch (error) {
    if (!(error instanceof PasswordPoolBusyError)) throw error
    return waitPage(texts, { problem: "busy", retryAfterSeconds: busySeconds }, { href: page, isSignIn: false })
  }
}

/**
 * A page that posts the authorization response to the client's redirect URI, OAuth 2.0 Form Post Response Mode section 2.
 * Without scripts the person presses the button.
 */
export function formPostPage(
  request: EndpointRequest,
  { redirectUri, parameters }: AuthorizationResponse,
): EndpointResponse {
  const texts = readTexts(request)
  const { t } = texts
  const action = { label: t("common.continue"), postTo: redirectUri, fields: parameters }
  return htmlResponse(texts, 200, { title: t("errors.returningTitle"), lead: t("errors.returning"), action }, {})
}

/** The response for a page that does not exist. */
export function notFoundPage(request: EndpointRequest): EndpointResponse {
  const texts = readTexts(request)
  const { t } = texts
  const page = { title: t("errors.notFoundTitle"), lead: t("errors.notFound"), action: homeLink(texts) }
  return htmlResponse(texts, 404, page, {})
}

const homeLink = ({ t }: Texts) => ({ label: t("common.home"), href: "/" })

/** A link to the client when one is safe to offer, else to the home page. */
function linkAfter(texts: Texts, { client }: OAuthError): Page["action"] {
  return client?.returnUri
    ? { label: texts.t("errors.backToClient", { client: client.name }), href: client.returnUri }
    : homeLink(texts)
}

function explain(texts: Texts, error: OAuthError, path: string): Pick<Page, "title" | "lead" | "detail"> {
  const { t } = texts
  const detail = { label: t("errors.forDeveloper"), code: error.code, text: error.description }
  if (path.endsWith("/submit") && error.status < 500)
    return { title: t("errors.formTitle"), lead: t("errors.form"), detail }
  switch (error.reason) {
    case "state_token_used":
      return { title: t("errors.linkUsedTitle"), lead: t("errors.linkUsed") }
    case "state_token_invalid": {
      const duration = formatDuration(texts, config().STATE_TOKEN_SECONDS)
      return { title: t("errors.linkExpiredTitle"), lead: t("errors.linkExpired", { duration }) }
    }
    case "state_token_of_another_browser":
      return { title: t("errors.otherBrowserTitle"), lead: t("errors.otherBrowser") }
    case "device_code_expired":
      return { title: t("errors.deviceCodeTitle"), lead: t("errors.deviceCode") }
    case "unexpected":
    case "database_unavailable":
    case "deleted_meanwhile":
    case "prefetch_refused":
    case "server_busy":
      return { title: t("errors.unexpectedTitle"), lead: t("errors.unexpected") }
    case "method_not_allowed":
      return { title: t("errors.methodTitle"), lead: t("errors.method"), detail }
    default:
      return path === "/end-session" || path === "/sign-out"
        ? { title: t("errors.signOutLinkTitle"), lead: t("errors.signOutLink"), detail }
        : { title: t("errors.signInLinkTitle"), lead: t("errors.signInLink"), detail }
  }
}

function wantsJson(request: EndpointRequest): boolean {
  const accept = request.header("accept") ?? ""
  return accept.includes("application/json") && !accept.includes("text/html")
}

function htmlResponse(texts: Texts, status: number, page: Page, headers: Record<string, string>): EndpointResponse {
  const nonce = randomBytes(16).toString("base64url")
  // Chromium applies form-action also to where the client redirects after the form.
  const formAction = "postTo" in page.action ? "" : "form-action 'none'; "
  return {
    status,
    headers: {
      ...headers,
      "Content-Type": "text/html; charset=utf-8",
      "Cache-Control": "no-store",
      "Content-Security-Policy": `default-src 'none'; style-src 'nonce-${nonce}'; script-src 'nonce-${nonce}'; img-src 'self'; base-uri 'none'; ${formAction}frame-ancestors 'none'`,
      ...securityHeaders(),
    },
    body: htmlPage(page, texts, nonce),
  }
}
