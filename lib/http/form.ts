import { isUtf8 } from "node:buffer"
import { maxParametersLength } from "@/lib/authorization/request-size"
import { config } from "@/lib/config"
import { OAuthError } from "@/lib/protocol/errors"
import { type Parameters, parseParameters } from "@/lib/protocol/parameters"
import type { EndpointRequest } from "./exchange"

/**
 * Reads the form of a POST request from a client. Parameters of the protocol come in the body alone, form-encoded, each
 * of them once, including parameters that the endpoint does not use (RFC 6749 section 3.2).
 * @throws OAuthError invalid_request; with status 413 when the form is larger than FORM_BYTES
 */
export async function readForm(request: EndpointRequest): Promise<Parameters> {
  checkForm(request)
  const form = parseForm(await request.readBody(config().FORM_BYTES))
  form.checkAll()
  return form
}

/**
 * Reads the form of a POST request from a browser. What is wrong with single parameters is reported by those who read them:
 * it may be for the client to know.
 * @throws OAuthError as `readForm`
 */
export async function readBrowserForm(request: EndpointRequest): Promise<Parameters> {
  checkForm(request)
  return parseForm(await request.readBody(config().FORM_BYTES))
}

function checkForm(request: EndpointRequest): void {
  // RFC 6749 section 2.3.1: "The parameters can only be transmitted in the request-body and MUST NOT be included in the
  // request URI." A URL is kept in logs and histories.
  if (request.query !== "") {
    throw OAuthError.invalidRequest(
      "Send the parameters in the body of the request, not in its URL.",
      "parameter_in_query",
    )
  }
  if (!isForm(request)) {
    throw OAuthError.invalidRequest(
      "Send the parameters with Content-Type: application/x-www-form-urlencoded.",
      "content_type_not_form",
    )
  }
}

/** Whether the request's Content-Type is that of a form. */
export function isForm(request: EndpointRequest): boolean {
  const type = request.header("content-type")?.split(";")[0]?.trim().toLowerCase()
  return type === "application/x-www-form-urlencoded"
}

function parseForm(body: Buffer | null): Parameters {
  if (body === null) {
    throw new OAuthError(
      "invalid_request",
      `The form is larger than ${config().FORM_BYTES} bytes. Send a smaller one.`,
      "form_too_large",
      {
        status: 413,
      },
    )
  }
  // A decoder would put U+FFFD in the place of other bytes, and the caller would get back another value than it sent.
  if (!isUtf8(body))
    throw OAuthError.invalidRequest("The form is not valid UTF-8. Encode it as UTF-8.", "parameter_invalid")
  return parseParameters(body.toString())
}

/** Reads the parameters of a GET request. @throws OAuthError invalid_request */
export function readQuery(request: EndpointRequest): Parameters {
  return parseParameters(request.query)
}

/** Whether a page of another site sent this request: the browser then withheld our SameSite cookies, unless it is a GET. */
export function isFromAnotherSite(request: EndpointRequest): boolean {
  return request.header("sec-fetch-site") === "cross-site"
}

/**
 * The authorization request of a form as a path for GET.
 * @returns null when it is too long for a URL, and will be refused
 * @throws OAuthError invalid_request when a parameter is not UTF-8
 */
export function findAuthorizationPath(form: Parameters): string | null {
  return form.length() > maxParametersLength ? null : `/authorize?${form}`
}
