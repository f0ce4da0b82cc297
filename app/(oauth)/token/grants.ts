import type { authenticateClient } from "@/lib/clients/authentication"
import { type GrantType, tokenExchangeGrant } from "@/lib/clients/grant-types"
import type { StepName } from "@/lib/flows/diagrams"
import type { Flow } from "@/lib/flows/flow"
import type { Parameters } from "@/lib/protocol/parameters"
import { parseRefreshRequest, refreshTokens } from "@/lib/refresh/refresh"
import { deviceCodeGrant } from "@/lib/sessions/device-code"
import type { DpopProof } from "@/lib/sessions/dpop"
import type { TokenResponse } from "@/lib/sessions/token-response"
import { issueClientToken, parseClientTokenRequest } from "@/lib/token-issue/client-credentials"
import { parseDeviceTokenRequest, redeemDeviceCode } from "@/lib/token-issue/device-code"
import { issueTokens } from "@/lib/token-issue/issue-tokens"
import { exchangeToken, parseExchangeRequest } from "@/lib/token-issue/token-exchange"
import { parseTokenRequest } from "@/lib/token-issue/token-request"

type Client = Awaited<ReturnType<typeof authenticateClient>>

type Grant = {
  /** The step of its diagram that the request is. */
  step: StepName
  issue(client: Client, form: Parameters, flow: Flow, proof: DpopProof | null): Promise<TokenResponse>
}

/** What POST /token does for each grant type. */
export const grants: Record<GrantType, Grant> = {
  authorization_code: {
    step: "authorization.provides_auth_code",
    issue: (client, form, flow, proof) => issueTokens(client, parseTokenRequest(form), flow, proof),
  },
  refresh_token: {
    step: "refresh.provides_refresh_token",
    issue: (client, form, flow, proof) => refreshTokens(client, parseRefreshRequest(form), flow, proof),
  },
  client_credentials: {
    step: "clientCredentials.provides_credentials",
    issue: (client, form, flow, proof) => issueClientToken(client, parseClientTokenRequest(form), flow, proof),
  },
  [deviceCodeGrant]: {
    step: "device.provides_device_code",
    issue: (client, form, flow, proof) => redeemDeviceCode(client, parseDeviceTokenRequest(form), flow, proof),
  },
  [tokenExchangeGrant]: {
    step: "tokenExchange.provides_token",
    issue: (client, form, flow, proof) => exchangeToken(client, parseExchangeRequest(form), flow, proof),
  },
}
