import * as oauth from "oauth4webapi"
import { client, elsewhere, need, type Play, redirectUri, through } from "./oauth-client"
import { recordExchange } from "./record"
import { changeRun, getRun } from "./run"

type CodeRequest = { code: string; codeVerifier: string; redirect: string }

/** Steps 11 to 16 of Authorization. */
async function requestTokens({ code, codeVerifier, redirect }: CodeRequest) {
  const { server, secret } = getRun()
  const { state, nonce } = need(secret)
  const answer = new URL(`${redirect}?${new URLSearchParams({ code, state, iss: need(server).issuer })}`)
  const parameters = oauth.validateAuthResponse(need(server), client, answer, state)
  return recordExchange(async (fetch) => {
    const response = await oauth.authorizationCodeGrantRequest(
      need(server),
      client,
      oauth.None(),
      parameters,
      redirect,
      codeVerifier,
      through(fetch),
    )
    const expected = { expectedNonce: nonce, requireIdToken: true }
    return { response, tokens: await oauth.processAuthorizationCodeResponse(need(server), client, response, expected) }
  })
}

function rightRequest(issuer: string): CodeRequest {
  const { secret, code, redeemedCode } = getRun()
  return {
    code: need(code ?? redeemedCode),
    codeVerifier: need(secret).codeVerifier,
    redirect: redirectUri(issuer),
  }
}

export const redeem: Play = async (issuer) => {
  const request = rightRequest(issuer)
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
      sub: oauth.getValidatedIdTokenClaims(tokens)?.sub ?? "",
      spent: [],
      ended: false,
    },
  })
  const verified = await recordExchange((fetch) =>
    oauth.validateApplicationLevelSignature(need(getRun().server), response, through(fetch)),
  )
  // The code is used up, so this is not to be tried again.
  return verified.outcome === "done" ? "done" : "refused"
}

export const redeemStolen: Play = async (issuer) => {
  const codeVerifier = oauth.generateRandomCodeVerifier()
  return (await requestTokens({ ...rightRequest(issuer), codeVerifier })).outcome
}

export const redeemElsewhere: Play = async (issuer) => {
  return (await requestTokens({ ...rightRequest(issuer), redirect: elsewhere })).outcome
}

export const replayCode: Play = async (issuer) => {
  const { outcome } = await requestTokens(rightRequest(issuer))
  return outcome
}
