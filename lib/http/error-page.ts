import { randomBytes } from "node:crypto"
import type { OAuthError } from "@/lib/protocol/errors"
import type { EndpointRequest, EndpointResponse } from "./exchange"
import { htmlPage, type Page } from "./html-page"
import { jsonError, securityHeaders } from "./responses"

/**
 * The page for an error that must not, or cannot, go to the client. A person learns what to do now, the developer of
 * the client what to fix. A program that asks for JSON alone gets JSON.
 * @param flowId by which the operator finds in the log what happened
 */
export function errorPage(request: EndpointRequest, error: OAuthError, flowId: string): EndpointResponse {
  if (wantsJson(request)) return jsonError(error)
  return htmlResponse(error.status, { ...explain(error, request.path), action: wayBack(error), flowId }, error.headers)
}

/** Why a form was not looked at: too many attempts, or too many passwords to check at this moment. */
export type Wait = { problem: "too_many_attempts" | "busy"; retryAfterSeconds: number }

/**
 * The answer to a form that has to be sent again later: 429, or 503 when the server is busy.
 * @param form the path of the form's page with its state token, and whether the form signs in
 */
export function waitPage(
  { problem, retryAfterSeconds }: Wait,
  form: { href: string; isSignIn: boolean },
): EndpointResponse {
  const headers = { "Retry-After": String(retryAfterSeconds) }
  const when = inWords(retryAfterSeconds)
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

/** The answer for a page that does not exist. */
export function notFoundPage(): EndpointResponse {
  const page = { title: "Page not found", lead: "There is nothing at this address.", action: home }
  return htmlResponse(404, page, {})
}

const home = { label: "Go to the first page", href: "/" }

/** The link to the client where it is known, else to the home page. */
function wayBack({ client }: OAuthError): Page["action"] {
  return client?.returnUri ? { label: `Back to ${client.name}`, href: client.returnUri } : home
}

function explain(error: OAuthError, path: string): Omit<Page, "action"> {
  if (path.endsWith("/submit") && error.status < 500) {
    return { title: "This form can't be used", lead: `${error.description} Reload the page and try again.` }
  }
  switch (error.reason) {
    case "state_token_used":
      return {
        title: "This link has been used already",
        lead: "You may be signed in where you came from: go back there and look. If not, begin to sign in again from there.",
      }
    case "state_token_invalid":
      return {
        title: "This link has expired",
        lead: "A sign-in has to be finished within some minutes. Go back to where you came from and begin to sign in again.",
      }
    case "state_token_of_another_browser":
      return {
        title: "This link belongs to another browser",
        lead: "A sign-in has to be finished in the browser it was begun in, with cookies allowed. Go back to where you came from and begin to sign in again.",
      }
    case "unexpected":
    case "database_unavailable":
      return {
        title: "Something went wrong here",
        lead: "The fault is on our side. Please try again in a moment.",
      }
    default:
      return {
        title: "This sign-in request cannot be used",
        lead: "You were sent here with a request that has a fault in it, so it stops here, for your safety. Nothing is wrong with your account.",
        detail: { label: "For the developer of the client", code: error.code, text: error.description },
      }
  }
}

function inWords(seconds: number): string {
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
  return {
    status,
    headers: {
      ...headers,
      "Content-Type": "text/html; charset=utf-8",
      "Cache-Control": "no-store",
      "Content-Security-Policy": `default-src 'none'; style-src 'nonce-${nonce}'; img-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`,
      ...securityHeaders(),
    },
    body: htmlPage(page, nonce),
  }
}
