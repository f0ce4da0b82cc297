import { describeParameters } from "@/lib/flows/facts"
import type { Flow } from "@/lib/flows/flow"
import { describeSentToken, readAccessToken } from "./bearer"
import type { EndpointRequest } from "./exchange"
import { readQuery } from "./form"

/**
 * The client_id and the registration access token of a request to the client configuration endpoint, RFC 7592 section 2.
 * @throws OAuthError invalid_token or invalid_request
 */
export function readCredentials(request: EndpointRequest, flow: Flow): [clientId: string | null, token: string] {
  flow.step("clientConfiguration.provides_token")
  const query = readQuery(request)
  const token = readAccessToken(request)
  flow.note(() => ({
    ...describeParameters(query.entries()),
    ...describeSentToken("registration_access_token", token),
  }))
  return [query.get("client_id") ?? null, token.accessToken]
}
