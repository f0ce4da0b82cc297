import { randomBytes } from "node:crypto"
import { config } from "@/lib/config"
import type { OAuthError } from "@/lib/protocol/errors"
import type { EndpointRequest, EndpointResponse } from "./exchange"
import { htmlPage, type Page } from "./html-page"
import { jsonError, securityHeaders } from "./responses"

/**
 * The page for an error that must not, or cannot, go to the client. A person learns what to do now, the developer of
 * the client what to mend. A program that asks for JSON alone gets JSON.
 * @param flowId by which the operator finds in the log what happened
 */
export function errorPage(request: EndpointRequest, error: OAuthError, flowId: string): EndpointResponse {
  if (wantsJson(request)) return jsonError(error)
  return htmlResponse(error.status, { ...explain(error), flowId }, error.headers)
}

/** The page for somebody who has to wait before the next attempt to sign in: 429, or 503 when the server is busy. */
export function waitPage(request: EndpointRequest): EndpointResponse {
  const query = new URLSearchParams(request.query)
  const seconds = Math.min(Math.max(Number.parseInt(query.get("retry_after") ?? "", 10) || 1, 1), 24 * 60 * 60)
  const state = query.get("state")
  const back = { label: "Back to sign in", href: state ? `/sign-in?${new URLSearchParams({ state })}` : "/sign-in" }
  const headers = { "Retry-After": String(seconds) }
  const when = `Please try again in ${inWords(seconds)}.`
  return query.has("busy")
    ? htmlResponse(
        503,
        { title: "Many people are signing in", lead: `Nothing is wrong with what you typed. ${when}`, action: back },
        headers,
      )
    : htmlResponse(
        429,
        {
          title: "Too many attempts",
          lead: `There were too many attempts to sign in. ${when} A right password is not accepted before that either.`,
          action: back,
        },
        headers,
      )
}

function explain(error: OAuthError): Page {
  const home = { label: "Go to the first page", href: "/" }
  switch (error.reason) {
    case "state_token_used":
      return {
        title: "This link has been used already",
        lead: "You may be signed in where you came from: go back there and look. If not, begin to sign in again from there.",
        action: home,
      }
    case "state_token_invalid":
      return {
        title: "This link has expired",
        lead: "A sign-in has to be finished within some minutes. Go back to where you came from and begin to sign in again.",
        action: home,
      }
    case "state_token_of_another_browser":
      return {
        title: "This link belongs to another browser",
        lead: "A sign-in has to be finished in the browser it was begun in, with cookies allowed. Go back to where you came from and begin to sign in again.",
        action: home,
      }
    case "unexpected":
    case "database_unavailable":
      return {
        title: "Something went wrong here",
        lead: "The fault is on our side. Please try again in a moment.",
        action: home,
      }
    default:
      return {
        title: "This sign-in request cannot be used",
        lead: "You were sent here with a request that has a fault in it, so it stops here, for your safety. Nothing is wrong with your account.",
        detail: { label: "For the developer of the client", code: error.code, text: error.description },
        action: home,
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
      ...securityHeaders,
      ...(config().secureCookies && { "Strict-Transport-Security": "max-age=31536000" }),
    },
    body: htmlPage(page, nonce),
  }
}
