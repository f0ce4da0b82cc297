import * as oauth from "oauth4webapi"
import { recordExchange } from "./record-exchange"
import { changeRun, getRun, type Tokens } from "./run"
import { client, getProvided, type PlayScene, requestOptions } from "./tour-client"

/** Introspection: GET /introspect with the access token as Bearer. */
export const introspect: PlayScene = async () => {
  const { server, tokens } = getRun()
  const { accessToken } = getProvided(tokens)
  const url = new URL("/introspect", getProvided(server).issuer)
  const { outcome } = await recordExchange((fetch) =>
    oauth.protectedResourceRequest(accessToken, "GET", url, undefined, undefined, requestOptions(fetch)),
  )
  return outcome
}

/** Refresh: POST /refresh, which answers as the token endpoint does. */
async function requestRefresh(refreshToken: string) {
  const server = getProvided(getRun().server)
  const refreshServer = { ...server, token_endpoint: new URL("/refresh", server.issuer).href }
  return recordExchange(async (fetch) => {
    const response = await oauth.refreshTokenGrantRequest(
      refreshServer,
      client,
      oauth.None(),
      refreshToken,
      requestOptions(fetch),
    )
    return oauth.processRefreshTokenResponse(refreshServer, client, response)
  })
}

export const refresh: PlayScene = async () => {
  const tokens = getProvided(getRun().tokens)
  const refreshed = await requestRefresh(tokens.refreshToken)
  if (refreshed.outcome === "done") changeRun({ tokens: rotateTokens(tokens, refreshed.value) })
  return refreshed.outcome
}

function rotateTokens(tokens: Tokens, response: oauth.TokenEndpointResponse): Tokens {
  return {
    ...tokens,
    accessToken: response.access_token,
    refreshToken: response.refresh_token ?? tokens.refreshToken,
    spent: [...tokens.spent, tokens.refreshToken],
    ended: false,
  }
}

/** The previous token can be retried for some seconds (REFRESH_RETRY_SECONDS), so this presents an older one. */
export const refreshOld: PlayScene = async (issuer) => {
  while (getProvided(getRun().tokens).spent.length < 2) if ((await refresh(issuer)) !== "done") return "interrupted"
  const [oldest = ""] = getProvided(getRun().tokens).spent
  return (await requestRefresh(oldest)).outcome
}

/** Revocation: POST /revoke with the refresh token. */
export const revoke: PlayScene = async () => {
  const { server, tokens } = getRun()
  const { refreshToken } = getProvided(tokens)
  const { outcome } = await recordExchange(async (fetch) => {
    const response = await oauth.revocationRequest(
      getProvided(server),
      client,
      oauth.None(),
      refreshToken,
      requestOptions(fetch),
    )
    await oauth.processRevocationResponse(response)
  })
  return outcome
}
