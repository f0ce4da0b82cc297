import * as oauth from "oauth4webapi"
import { recordExchange } from "./record-exchange"
import { changeRun, getRun } from "./run"
import { attackerRedirectUri, client, getProvided, type PlayScene, redirectUri, requestOptions } from "./tour-client"

type CodeRequest = { code: string; codeVerifier: string; redirectUri: string }

/** Steps 11 to 16 of Authorization. */
async function requestTokens({ code, codeVerifier, redirectUri }: CodeRequest) {
  const { secret, ...run } = getRun()
  const server = getProvided(run.server)
  const { state, nonce } = getProvided(secret)
  const callback = new URL(`${redirectUri}?${new URLSearchParams({ code, state, iss: server.issuer })}`)
  const parameters = oauth.validateAuthResponse(server, client, callback, state)
  return recordExchange(async (fetch) => {
    const response = await oauth.authorizationCodeGrantRequest(
      server,
      client,
      oauth.None(),
      parameters,
      redirectUri,
      codeVerifier,
      requestOptions(fetch),
    )
    const expected = { expectedNonce: nonce, requireIdToken: true }
    return { response, tokens: await oauth.processAuthorizationCodeResponse(server, client, response, expected) }
  })
}

function correctRequest(issuer: string): CodeRequest {
  const { secret, code, redeemedCode } = getRun()
  return {
    code: getProvided(code ?? redeemedCode),
    codeVerifier: getProvided(secret).codeVerifier,
    redirectUri: redirectUri(issuer),
  }
}

export const redeem: PlayScene = async (issuer) => {
  const request = correctRequest(issuer)
  const issued = await requestTokens(request)
  if (issued.outcome !== "done") {
    if (issued.outcome === "refused") changeRun({ code: null })
    return issued.outcome
  }
  const { tokens, response } = issued.value
  changeRun({
    code: null,
    redeemedCode: request.code,
    tokens: {
      accessToken: tokens.access_token,
      refreshToken: tokens.refresh_token ?? "",
      spent: [],
      ended: false,
    },
  })
  const verified = await recordExchange((fetch) =>
    oauth.validateApplicationLevelSignature(getProvided(getRun().server), response, requestOptions(fetch)),
  )
  // Not "interrupted": the code is used, so this scene can't be retried.
  return verified.outcome === "done" ? "done" : "refused"
}

export const redeemStolen: PlayScene = async (issuer) => {
  const codeVerifier = oauth.generateRandomCodeVerifier()
  return (await requestTokens({ ...correctRequest(issuer), codeVerifier })).outcome
}

export const redeemElsewhere: PlayScene = async (issuer) => {
  return (await requestTokens({ ...correctRequest(issuer), redirectUri: attackerRedirectUri })).outcome
}

export const replayCode: PlayScene = async (issuer) => {
  return (await requestTokens(correctRequest(issuer))).outcome
}
