import { EncryptJWT } from "jose"
import { secondsFromNow } from "@/lib/clock"
import { config } from "@/lib/config"
import type { Client } from "@/lib/data/clients"
import type { Flow } from "@/lib/flows/flow"
import { OAuthError } from "@/lib/protocol/errors"
import { type Parameters, parseParameters } from "@/lib/protocol/parameters"
import { openSealedJwt } from "@/lib/seal"
import { deriveKey } from "@/lib/secret"
import type { DpopProof } from "@/lib/sessions/dpop"
import { parseAuthorizationRequest } from "./authorization-request"
import { RedirectableError } from "./redirectable-error"
import { openRequestObject } from "./request-object"
import { parseReturnAddress } from "./return-address"

const purpose = "pushed-request"

/** The form that RFC 9126 section 2.2 suggests. */
const prefix = "urn:ietf:params:oauth:request_uri:"

/** How long a request_uri is valid, in seconds: long enough for a slow redirect. */
const requestUriSeconds = 90

/** Characters. The request line of GET /authorize must stay under 4 KB (decision 021). */
const maxLength = 3_000

/** What authenticates the client. It is no part of the authorization request. */
const credentials = new Set(["client_secret", "client_assertion", "client_assertion_type"])

/**
 * POST /par, RFC 9126 section 2: checks an authorization request like /authorize, and seals it into its request_uri. Nothing
 * is stored, and the request makes at most one code, because its ID will be its Session's.
 * @throws OAuthError as /authorize
 */
export async function pushRequest(
  client: Client,
  form: Parameters,
  flow: Flow,
  proof: DpopProof | null = null,
): Promise<{ request_uri: string; expires_in: number }> {
  // RFC 9126 section 2.1: "The request_uri authorization request parameter [...] MUST NOT be provided in this case".
  if (form.get("request_uri") !== undefined) {
    throw OAuthError.invalidRequest("A pushed request must not have a request_uri. Leave it out.", "parameter_invalid")
  }
  // RFC 9126 section 3: the request can be a signed request object.
  const parameters = form.get("request") === undefined ? form : await openRequestObject(client, form)
  const sent = parameters.entries().filter(([name]) => !credentials.has(name) && name !== "client_id")
  // RFC 9449 section 10.1: a proof binds the code to its key, as dpop_jkt does, and both must name the same key.
  const named = parameters.get("dpop_jkt")
  if (proof && named !== undefined && named !== proof.jkt) {
    throw new OAuthError(
      "invalid_dpop_proof",
      "The dpop_jkt is not the thumbprint of the key that signed the DPoP proof. Send one of them.",
      "dpop_key_mismatch",
    )
  }
  if (proof && named === undefined) sent.push(["dpop_jkt", proof.jkt])
  const query = new URLSearchParams([["client_id", client.clientId], ...sent]).toString()
  await checkRequest(parseParameters(query), client, flow)
  flow.join(flow.id)
  const token = await new EncryptJWT({ query })
    .setProtectedHeader({ alg: "dir", enc: "A256GCM", zip: "DEF" })
    .setIssuer(config().issuer)
    .setAudience(purpose)
    .setSubject(client.clientId)
    .setJti(flow.id)
    .setExpirationTime(secondsFromNow(requestUriSeconds))
    .encrypt(deriveKey(purpose))
  if (token.length > maxLength) {
    throw OAuthError.invalidRequest("The pushed request is too long. Send shorter parameters.", "parameter_invalid")
  }
  return { request_uri: `${prefix}${token}`, expires_in: requestUriSeconds }
}

async function checkRequest(parameters: Parameters, client: Client, flow: Flow): Promise<void> {
  try {
    const { address } = await parseReturnAddress(parameters, flow)
    await parseAuthorizationRequest(parameters, client, address)
  } catch (error) {
    throw error instanceof RedirectableError ? error.error : error
  }
}

/**
 * Opens the request_uri of GET /authorize, RFC 9126 section 4.
 * @returns the parameters of the pushed request and its ID, which is the flow's; null without a request_uri of this server
 * @throws OAuthError for a page: an invalid request_uri has no redirect URI
 */
export async function openPushedRequest(
  parameters: Parameters,
): Promise<{ id: string; parameters: Parameters } | null> {
  const requestUri = parameters.get("request_uri")
  if (!requestUri?.startsWith(prefix)) return null
  const claims = await decrypt(requestUri.slice(prefix.length))
  // RFC 9126 section 4: the client_id is still required, and the request_uri is bound to the client that pushed it.
  if (!claims || claims.sub !== parameters.get("client_id")) {
    throw new OAuthError(
      "invalid_request_uri",
      "The request_uri has expired, was altered, or belongs to another client. Push the request again.",
      "request_uri_invalid",
    )
  }
  return { id: String(claims.jti), parameters: parseParameters(String(claims.query)) }
}

const decrypt = (token: string) =>
  openSealedJwt(purpose, token, {
    issuer: config().issuer,
    audience: purpose,
    maxDecompressedLength: 16 * 1024,
    requiredClaims: ["jti", "exp", "sub"],
  })
