import type { AuthorizationRequest } from "@/lib/authorization/authorization-request"
import { type AuthorizationState, beginAuthorization, sealStateToken } from "@/lib/authorization/state-token"
import type { Client } from "@/lib/data/clients"
import { generateId, generateToken } from "@/lib/protocol/random"

/** A validated authorization request of the client. */
function makeRequest(client: Client, facts: Partial<AuthorizationRequest> = {}): AuthorizationRequest {
  return {
    clientId: client.clientId,
    redirectUri: client.redirectUris[0] ?? "",
    state: "the client's own state",
    responseMode: "query",
    scope: ["openid", "email"],
    resource: [],
    codeChallenge: "c".repeat(43),
    nonce: null,
    prompt: [],
    maxAge: null,
    loginHint: null,
    hintedSub: null,
    ...facts,
  }
}

/** An authorization that has started in a new browser. */
export async function makeAuthorization(
  client: Client,
  facts: Partial<AuthorizationRequest> = {},
): Promise<{ state: AuthorizationState; stateToken: string; browserTokens: string[] }> {
  const browserToken = generateToken()
  const state = beginAuthorization(generateId(), makeRequest(client, facts), browserToken)
  return { state, stateToken: await sealStateToken(state), browserTokens: [browserToken] }
}
