import type { Browser } from "@/lib/authorization/authorize"
import { config } from "@/lib/config"
import type { Flow } from "@/lib/flows/flow"
import { OAuthError } from "@/lib/protocol/errors"
import type { Parameters } from "@/lib/protocol/parameters"
import { type BrowserHandler, browserEndpoint } from "./browser-endpoint"
import type { Endpoint } from "./endpoint"
import type { EndpointRequest, EndpointResponse } from "./exchange"
import { readBrowserForm } from "./form"
import { redirect } from "./responses"
import { toUrlToken } from "./url-token"

/** A form that a page of this server posted. */
export type PostedForm = {
  form: Parameters
  /** The value of a field; empty when it is missing. */
  field(name: string): string
  /** The state token of the authorization that the page belongs to, or null. */
  state: string | null
  browser: Browser
  request: EndpointRequest
  /** Reports nothing until it is joined to the authorization's flow. */
  flow: Flow
}

/**
 * The endpoint that a page's form posts to. Forms from elsewhere are refused before they are read.
 * @param page the path of the form's page, to which a GET is redirected: the address bar may show this one
 */
export function formEndpoint(page: string, handle: (form: PostedForm) => Promise<EndpointResponse>): Endpoint {
  const showPage: BrowserHandler = async () => redirect(page)
  const post: BrowserHandler = async (request, browser, flow) => {
    checkOrigin(request)
    const form = await readBrowserForm(request)
    const field = (name: string) => form.get(name) ?? ""
    const state = toUrlToken(field("state")) || null
    return handle({ form, field, state, browser, request, flow })
  }
  // Passwords are hashed one after another, and a provider can be slow.
  return browserEndpoint({ GET: showPage, POST: post }, { waitsForOthers: true })
}

/**
 * Refuses a form that no page of this server posted. Every browser sends one of the two headers with a form.
 * @throws OAuthError with status 403
 */
function checkOrigin(request: EndpointRequest): void {
  const origin = request.header("origin")
  const site = request.header("sec-fetch-site")
  const isOwn = origin === null ? site === "same-origin" : origin === config().issuer
  if (!isOwn || (site !== null && site !== "same-origin")) {
    throw new OAuthError(
      "invalid_request",
      `This form was not sent from a page of this server. Open the page at ${config().issuer} and try again.`,
      "form_from_another_origin",
      { status: 403 },
    )
  }
}
