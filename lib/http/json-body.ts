import { config } from "@/lib/config"
import { OAuthError } from "@/lib/protocol/errors"
import type { EndpointRequest } from "./exchange"

/**
 * Reads a JSON body, of at most FORM_BYTES.
 * @throws OAuthError invalid_request; with status 413 when it is larger
 */
export async function readJson(request: EndpointRequest): Promise<unknown> {
  const type = request.header("content-type")?.split(";")[0]?.trim().toLowerCase()
  if (type !== "application/json") {
    throw OAuthError.invalidRequest("Send JSON with Content-Type: application/json.", "content_type_not_json")
  }
  const body = await request.readBody(config().FORM_BYTES)
  if (body === null) {
    throw new OAuthError(
      "invalid_request",
      `The body is larger than ${config().FORM_BYTES} bytes. Send a smaller one.`,
      "form_too_large",
      { status: 413 },
    )
  }
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(body))
  } catch {
    throw OAuthError.invalidRequest(
      "The body is not valid JSON in UTF-8. Correct it and send it again.",
      "parameter_invalid",
    )
  }
}
