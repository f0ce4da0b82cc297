import { isUtf8 } from "node:buffer"
import { timingSafeEqual } from "node:crypto"
import { type Client, findClient, type TokenEndpointAuthMethod } from "@/lib/data/clients"
import type { Flow } from "@/lib/flows/flow"
import { OAuthError } from "@/lib/protocol/errors"
import type { Parameters } from "@/lib/protocol/parameters"
import { hashToken } from "@/lib/protocol/random"
import { assertionType, findAssertedClientId, verifyClientAssertion } from "./client-assertion"
import { findDocumentClient, isDocumentClientId } from "./client-document"
import { checkFailures, countFailure } from "./secret-limits"

type Credentials = {
  clientId: string
  clientSecret: string | null
  method: TokenEndpointAuthMethod
  assertion?: string
}

/**
 * Authenticates the client of a request, RFC 6749 section 2.3 and 3.2.1.
 * @param authorization the Authorization header
 * @param findAddress returns the network address of the request: wrong credentials are counted against it
 * @param flow of a pushed request, which reports that the client's metadata was fetched
 * @throws OAuthError invalid_request when two methods are used, temporarily_unavailable after too many wrong credentials,
 * invalid_client for everything else
 */
export async function authenticateClient(
  authorization: string | null,
  form: Parameters,
  findAddress: () => string,
  flow?: Flow,
): Promise<Client> {
  const credentials = parseCredentials(authorization, form)
  const { clientId } = credentials
  if (credentials.method !== "none") await checkFailures(clientId, findAddress)
  // A client whose ID is a URL is stored with its first code; before that it can push its request.
  const client =
    (await findClient(clientId)) ?? (isDocumentClientId(clientId) ? await findDocumentClient(clientId, flow) : null)
  if (!client)
    throw OAuthError.invalidClient(
      "The client is unknown or its secret is wrong. Check client_id and client_secret.",
      "client_unknown",
    )
  const methods = listAuthMethods(client)
  if (!methods.includes(credentials.method)) {
    throw OAuthError.invalidClient(describeMethodProblem(client, credentials.method), "client_authentication_failed")
  }
  if (credentials.assertion !== undefined) await verifyClientAssertion(client, credentials.assertion)
  else if (credentials.method !== "none" && !isSecret(credentials.clientSecret, client.clientSecretHash)) {
    await countFailure(clientId, findAddress())
    throw OAuthError.invalidClient(
      "The client is unknown or its secret is wrong. Check client_id and client_secret.",
      "client_authentication_failed",
    )
  }
  return client
}

/** The methods by which the client may authenticate. Without a named method, both that send the secret. */
export function listAuthMethods({ tokenEndpointAuthMethod }: Client): TokenEndpointAuthMethod[] {
  return tokenEndpointAuthMethod === "client_secret"
    ? ["client_secret_basic", "client_secret_post"]
    : [tokenEndpointAuthMethod]
}

function describeMethodProblem({ tokenEndpointAuthMethod: registered }: Client, used: TokenEndpointAuthMethod): string {
  if (registered === "none") return "The client is public and has no secret. Leave client_secret out."
  if (registered === "private_key_jwt") {
    return "The client is registered with private_key_jwt. Send a client_assertion that its key has signed."
  }
  if (used === "private_key_jwt") return "The client has a secret and no registered key. Send the client_secret."
  if (used === "none") {
    return "The client sent no client_secret. Send it in the header Authorization: Basic, or in the form."
  }
  return `The client used ${used}, but is registered with ${registered}. Use that, or allow both with \`client update --token-endpoint-auth-method client_secret\`.`
}

function isSecret(presented: string | null, hash: string | null): boolean {
  if (presented === null || hash === null) return false
  return timingSafeEqual(Buffer.from(hashToken(presented)), Buffer.from(hash))
}

function parseCredentials(authorization: string | null, form: Parameters): Credentials {
  const clientId = form.get("client_id")
  const clientSecret = form.get("client_secret")
  const assertion = form.get("client_assertion")
  if (assertion !== undefined || form.get("client_assertion_type") !== undefined) {
    return parseAssertion(assertion, authorization, form)
  }
  if (authorization !== null) {
    const basic = parseBasic(authorization)
    // RFC 6749 section 2.3: "The client MUST NOT use more than one authentication method in each request."
    if (clientSecret !== undefined) {
      throw OAuthError.invalidRequest(
        "The request uses two methods of client authentication. Send the secret in the Authorization header or in the body, not in both.",
        "parameter_invalid",
      )
    }
    if (clientId !== undefined && clientId !== basic.clientId) {
      throw OAuthError.invalidRequest(
        "The client_id in the form differs from the one in the Authorization header. Send the same one.",
        "parameter_invalid",
      )
    }
    return basic
  }
  if (clientId === undefined) {
    throw OAuthError.invalidClient(
      "Client authentication is missing: send the header Authorization: Basic, or client_id (and client_secret) in the form.",
      "client_authentication_missing",
    )
  }
  return clientSecret === undefined
    ? { clientId, clientSecret: null, method: "none" }
    : { clientId, clientSecret, method: "client_secret_post" }
}

/** RFC 7521 section 4.2. */
function parseAssertion(assertion: string | undefined, authorization: string | null, form: Parameters): Credentials {
  // RFC 7521 section 4.2.1: "the client MUST NOT include more than one client authentication method"
  if (authorization !== null || form.get("client_secret") !== undefined) {
    throw OAuthError.invalidRequest(
      "The request uses two methods of client authentication. Send the client_assertion or the secret, not both.",
      "parameter_invalid",
    )
  }
  const clientId = assertion === undefined ? null : findAssertedClientId(assertion)
  if (assertion === undefined || clientId === null || form.get("client_assertion_type") !== assertionType) {
    throw OAuthError.invalidClient(
      `The client_assertion must be a JWT with a sub, and the client_assertion_type ${assertionType}.`,
      "client_authentication_failed",
    )
  }
  const named = form.get("client_id")
  if (named !== undefined && named !== clientId) {
    throw OAuthError.invalidRequest(
      "The client_id in the form differs from the one in the client_assertion. Send the same one.",
      "parameter_invalid",
    )
  }
  return { clientId, clientSecret: null, method: "private_key_jwt", assertion }
}

/** RFC 7617, with both parts form-encoded as RFC 6749 section 2.3.1 has it. */
function parseBasic(authorization: string): Credentials {
  const encoded = /^Basic +([A-Za-z0-9+/]+=*)$/i.exec(authorization)?.[1]
  const bytes = Buffer.from(encoded ?? "", "base64")
  const pair = isUtf8(bytes) ? bytes.toString() : ""
  const colon = pair.indexOf(":")
  const clientId = colon < 0 ? null : decodeFormValue(pair.slice(0, colon))
  const clientSecret = colon < 0 ? null : decodeFormValue(pair.slice(colon + 1))
  // Nothing outside the ASCII that ids and secrets are made of may reach the database (a NUL would be an error there).
  if (!clientId || clientSecret === null || !/^[\x20-\x7e]+$/.test(clientId)) {
    throw OAuthError.invalidClient(
      "The Authorization header must be Basic, with the form-encoded client_id and client_secret (RFC 6749 section 2.3.1).",
      "client_authentication_failed",
    )
  }
  // Libraries send Basic with an empty secret for a public client.
  if (clientSecret === "") return { clientId, clientSecret: null, method: "none" }
  return { clientId, clientSecret, method: "client_secret_basic" }
}

function decodeFormValue(value: string): string | null {
  if (!/[%+]/.test(value)) return value
  try {
    return decodeURIComponent(value.replaceAll("+", " "))
  } catch {
    return null
  }
}
