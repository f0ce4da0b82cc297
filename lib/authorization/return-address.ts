import { isDocumentClientId } from "@/lib/clients/client-document"
import { compareUris } from "@/lib/clients/compare-uris"
import { resolveClient, unknownClientReason } from "@/lib/clients/resolve-client"
import type { Client } from "@/lib/data/clients"
import { describeParameter } from "@/lib/flows/facts"
import type { Flow } from "@/lib/flows/flow"
import { OAuthError } from "@/lib/protocol/errors"
import type { Parameters } from "@/lib/protocol/parameters"
import { isRegisteredRedirectUri } from "@/lib/protocol/redirect-uri"
import { siteLink } from "./client-link"
import { parseResponseMode, type ReturnAddress } from "./redirectable-error"
import { fitsIntoAnswers } from "./request-size"

/**
 * Finds out where the answer goes, before anything else is looked at. As long as that is not certain, an error is a page
 * of this server and never a redirect.
 * @throws OAuthError
 */
export async function parseReturnAddress(
  parameters: Parameters,
  flow: Flow,
): Promise<{ client: Client; address: ReturnAddress }> {
  const clientId = parameters.require("client_id")
  const client = await resolveClient(clientId, flow)
  if (!client) {
    throw OAuthError.invalidRequest(
      isDocumentClientId(clientId)
        ? "The metadata document at the client_id cannot be used. Check that it is public JSON of at most 5 KB, served by https without a redirect."
        : "The client_id is not registered with this server. Check it, or register the client with `client create`.",
      unknownClientReason(clientId),
    )
  }
  flow.concerns(client)
  try {
    return {
      client,
      address: readAddress(parameters, resolveRedirectUri(parameters, client, flow)),
    }
  } catch (error) {
    throw error instanceof OAuthError ? error.withClient(siteLink(client)) : error
  }
}

function resolveRedirectUri(parameters: Parameters, client: Client, flow: Flow): string {
  const requested = parameters.get("redirect_uri")
  if (requested === undefined) {
    // OpenID Connect Core 1.0 section 3.1.2.1: redirect_uri is "REQUIRED." An OpenID request has the scope openid.
    if (isOpenIdRequest(parameters)) {
      throw OAuthError.invalidRequest(
        "The parameter redirect_uri is missing. A request with the scope openid must have it (OpenID Connect Core 3.1.2.1).",
        "parameter_missing",
      )
    }
    const [only, ...others] = client.redirectUris
    // OAuth 2.1 section 4.1.1: redirect_uri is "REQUIRED if multiple redirect URIs are registered for the client."
    if (only && others.length === 0) return only
    throw OAuthError.invalidRequest(
      "The parameter redirect_uri is missing. It is required because the client has several redirect URIs.",
      "parameter_missing",
    )
  }
  // RFC 9700 section 2.1: "authorization servers MUST utilize exact string matching except for port numbers in
  // localhost redirection URIs of native apps".
  if (!isRegisteredRedirectUri(requested, client.redirectUris)) {
    flow.note(() => ({
      redirect_uri: {
        sent: describeParameter("redirect_uri", requested),
        stored: client.redirectUris.slice(0, 20).map((uri) => describeParameter("redirect_uri", uri)),
      },
    }))
    throw new OAuthError(
      "invalid_request",
      "The redirect_uri does not match any URI registered for this client. It must match exactly, character for character.",
      "redirect_uri_unregistered",
      { comparison: compareUris("redirect_uri", requested, client) },
    )
  }
  return requested
}

/** Reads no parameter: whatever else is wrong with the scope is for the client to know. */
function isOpenIdRequest(parameters: Parameters): boolean {
  return parameters.entries().some(([name, value]) => name === "scope" && value.split(" ").includes("openid"))
}

/** What cannot be read or returned is left out; the check that follows names the fault. */
function readAddress(parameters: Parameters, redirectUri: string): ReturnAddress {
  const mode = readOrUndefined(() => parseResponseMode(parameters.get("response_mode")))
  // An app behind its own scheme gets no forms.
  const responseMode = mode === "form_post" && /^https?:/.test(redirectUri) ? "form_post" : "query"
  const state = readOrUndefined(() => parameters.get("state"))
  return { redirectUri, responseMode, state: state !== undefined && fitsIntoAnswers(state) ? state : null }
}

function readOrUndefined<T>(read: () => T): T | undefined {
  try {
    return read()
  } catch {
    return undefined
  }
}
