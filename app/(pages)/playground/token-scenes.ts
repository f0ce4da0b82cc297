import * as oauth from "oauth4webapi"
import { client, need, type Play, through } from "./oauth-client"
import { recordExchange } from "./record"
import { changeRun, getRun, type Tokens } from "./run"

/** Introspection: GET /introspect with the access token as Bearer. */
export const introspect: Play = async () => {
  const { server, tokens } = getRun()
  const { accessToken } = need(tokens)
  const url = new URL("/introspect", need(server).issuer)
  const asked = await recordExchange((fetch) =>
    oauth.protectedResourceRequest(accessToken, "GET", url, undefined, undefined, through(fetch)),
  )
  return asked.outcome
}

/** Refresh: POST /refresh, which answers as the token endpoint does. */
async function requestRefresh(refreshToken: string) {
  const server = need(getRun().server)
  const refreshServer = { ...server, token_endpoint: new URL("/refresh", server.issuer).href }
  return recordExchange(async (fetch) => {
    const response = await oauth.refreshTokenGrantRequest(
      refreshServer,
      client,
      oauth.None(),
      refreshToken,
      through(fetch),
    )
    return oauth.processRefreshTokenResponse(refreshServer, client, response)
  })
}

export const refresh: Play = async () => {
  const tokens = need(getRun().tokens)
  const issued = await requestRefresh(tokens.refreshToken)
  if (issued.outcome === "done") changeRun({ tokens: renew(tokens, issued.value) })
  return issued.outcome
}

function renew(tokens: Tokens, answer: oauth.TokenEndpointResponse): Tokens {
  return {
    ...tokens,
    accessToken: answer.access_token,
    refreshToken: answer.refresh_token ?? tokens.refreshToken,
    spent: [...tokens.spent, tokens.refreshToken],
    ended: false,
  }
}

/** The token before the present one may be sent again for some seconds, so it takes one that is older. */
export const refreshOld: Play = async (issuer) => {
  while (need(getRun().tokens).spent.length < 2) if ((await refresh(issuer)) !== "done") return "broken"
  const [oldest = ""] = need(getRun().tokens).spent
  return (await requestRefresh(oldest)).outcome
}

/** Revocation: POST /revoke with the refresh token. */
export const revoke: Play = async () => {
  const { server, tokens } = getRun()
  const { refreshToken } = need(tokens)
  const revoked = await recordExchange(async (fetch) => {
    const response = await oauth.revocationRequest(need(server), client, oauth.None(), refreshToken, through(fetch))
    await oauth.processRevocationResponse(response)
  })
  return revoked.outcome
}
