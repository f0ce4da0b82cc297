import { randomBytes } from "node:crypto"
import type { AuthorizationResponse } from "@/lib/authorization/authorization-response"
import { config } from "@/lib/config"
import type { OAuthError } from "@/lib/protocol/errors"
import type { EndpointRequest, EndpointResponse } from "./exchange"
import { htmlPage, type Page } from "./html-page"
import { jsonError, securityHeaders } from "./responses"

/**
 * The response to an error that must not, or cannot, go to the client: a page with what the person can do, and what the
 * client's developer can fix. A program that accepts only JSON gets JSON.
 * @param flowId shown as the reference, by which an operator finds the error in the log; null when nothing is logged
 */
export function errorPage(request: EndpointRequest, error: OAuthError, flowId: string | null): EndpointResponse {
  if (wantsJson(request)) return jsonError(error)
  // Registered URIs are for developers: in production the page has only the reference.
  const comparison = config().isDevelopment ? error.comparison : null
  const page = { ...explain(error, request.path), comparison, action: linkAfter(error), reference: flowId }
  return htmlResponse(error.status, page, error.headers)
}

/** Why a form was not processed: too many attempts, or too many passwords to check at this moment. */
export type Wait = { problem: "too_many_attempts" | "busy"; retryAfterSeconds: number }

/**
 * The response to a form that must be sent again later: 429 after too many attempts, 503 when the server is busy.
 * @param form its page's path with the state token, and whether it is the sign-in form
 */
export function waitPage(
  { problem, retryAfterSeconds }: Wait,
  form: { href: string; isSignIn: boolean },
): EndpointResponse {
  const headers = { "Retry-After": String(retryAfterSeconds) }
  const when = formatDuration(retryAfterSeconds)
  const action = { label: form.isSignIn ? "Back to sign in" : "Back to the form", href: form.href }
  if (problem === "busy") {
    const lead = `Your details are fine. Try again in ${when}.`
    return htmlResponse(503, { title: "The sign-in service is busy", lead, action }, headers)
  }
  if (!form.isSignIn) {
    return htmlResponse(429, { title: "Too many attempts", lead: `Try again in ${when}.`, action }, headers)
  }
  const lead = `Try again in ${when}. Until then even the correct password won't work.`
  return htmlResponse(429, { title: "Too many failed sign-in attempts", lead, action }, headers)
}

/**
 * A page that posts the authorization response to the client's redirect URI, OAuth 2.0 Form Post Response Mode section 2.
 * Without scripts the person presses the button.
 */
export function formPostPage({ redirectUri, parameters }: AuthorizationResponse): EndpointResponse {
  const lead = "If nothing happens in a few seconds, press Continue."
  const action = { label: "Continue", postTo: redirectUri, fields: parameters }
  return htmlResponse(200, { title: "Returning to the app", lead, action }, {})
}

/** The response for a page that does not exist. */
export function notFoundPage(): EndpointResponse {
  return htmlResponse(404, { title: "Page not found", lead: "We can't find that page.", action: homeLink }, {})
}

const homeLink = { label: "Go to the home page", href: "/" }

/** A link to the client when one is safe to offer, else to the home page. */
function linkAfter({ client }: OAuthError): Page["action"] {
  return client?.returnUri ? { label: `Back to ${client.name}`, href: client.returnUri } : homeLink
}

function explain(error: OAuthError, path: string): Pick<Page, "title" | "lead" | "detail"> {
  if (path.endsWith("/submit") && error.status < 500) {
    return { title: "This form can't be used", lead: `${error.description} Reload the page and try again.` }
  }
  switch (error.reason) {
    case "state_token_used":
      return {
        title: "This link was already used",
        lead: "You may already be signed in: go back to the app and check. If not, sign in again from there.",
      }
    case "state_token_invalid":
      return {
        title: "This link has expired",
        lead: `You have ${formatDuration(config().STATE_TOKEN_SECONDS)} to finish signing in. Go back to the app and sign in again.`,
      }
    case "state_token_of_another_browser":
      return {
        title: "This link belongs to another browser",
        lead: "Finish in the browser where you started, with cookies enabled. Or go back to the app and sign in again.",
      }
    case "device_code_expired":
      return {
        title: "This device code has expired",
        lead: "Or it was used already. Start again on your device, and enter the new code.",
      }
    case "unexpected":
    case "database_unavailable":
      return { title: "Something went wrong", lead: "The problem is on our side. Try again in a moment." }
    case "method_not_allowed":
      return {
        title: "This page can't be opened this way",
        lead: "Go to the home page, or back to the app that you came from.",
        detail: { label: "For the app's developer", code: error.code, text: error.description },
      }
    default:
      if (path === "/end-session" || path === "/sign-out") {
        return {
          title: "This sign-out link doesn't work",
          lead: "The app that sent you here made a mistake, so you may still be signed in. Sign out on the home page.",
          detail: { label: "For the app's developer", code: error.code, text: error.description },
        }
      }
      return {
        title: "This sign-in link doesn't work",
        lead: "The app that sent you here made a mistake, so we stopped to keep you safe. Your account is fine. Go back to the app, or contact its support.",
        detail: { label: "For the app's developer", code: error.code, text: error.description },
      }
  }
}

function formatDuration(seconds: number): string {
  if (seconds < 60) return seconds === 1 ? "1 second" : `${seconds} seconds`
  const minutes = Math.ceil(seconds / 60)
  return minutes === 1 ? "1 minute" : `${minutes} minutes`
}

function wantsJson(request: EndpointRequest): boolean {
  const accept = request.header("accept") ?? ""
  return accept.includes("application/json") && !accept.includes("text/html")
}

function htmlResponse(status: number, page: Page, headers: Record<string, string>): EndpointResponse {
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
    body: htmlPage(page, nonce),
  }
}
