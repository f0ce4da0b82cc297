import { addressKey } from "@/lib/accounts/address-key"
import { limitByAddress } from "@/lib/accounts/address-limits"
import { requireGrantType } from "@/lib/clients/grant-types"
import { resolveClient } from "@/lib/clients/resolve-client"
import { currentTime } from "@/lib/clock"
import { config } from "@/lib/config"
import type { Client } from "@/lib/data/clients"
import { findDeviceCodeOfUser, insertDeviceCode } from "@/lib/data/device-codes"
import { findSession } from "@/lib/data/sessions"
import { countSignInAttempt, refundSignInAttempt } from "@/lib/data/sign-in-limits"
import { fingerprint } from "@/lib/flows/facts"
import type { Flow } from "@/lib/flows/flow"
import type { Parameters } from "@/lib/protocol/parameters"
import { generateToken } from "@/lib/protocol/random"
import { parseResources } from "@/lib/protocol/resource"
import { resolveScope } from "@/lib/protocol/scope"
import { formatAuthCode } from "@/lib/protocol/session-token"
import { formatUserCode, generateUserCode, parseUserCode } from "@/lib/protocol/user-code"
import { deviceCodeGrant, hashDeviceCode, hashUserCode } from "@/lib/sessions/device-code"
import { type AuthorizationAnswer, type Browser, continueAuthorization } from "./authorize"
import { devicePage, isPending } from "./device-approval"
import { beginAuthorization } from "./state-token"

/** How long a device code is valid, and how long a device waits between two requests at first. In seconds. */
const deviceCodeSeconds = 600
const intervalSeconds = 5

/** A device authorization response, RFC 8628 section 3.2. */
type DeviceAuthorization = {
  device_code: string
  user_code: string
  verification_uri: string
  verification_uri_complete: string
  expires_in: number
  interval: number
}

/**
 * POST /device_authorization, RFC 8628 section 3.1: a device code for the client, and a user code for its User.
 * @param address the network address of the client: a public client can be anyone, so its requests are limited
 * @throws OAuthError
 */
export async function authorizeDevice(
  client: Client,
  form: Parameters,
  address: string,
  flow: Flow,
): Promise<DeviceAuthorization> {
  requireGrantType(client, deviceCodeGrant)
  const scope = resolveScope(form.get("scope"), client.scope, { strict: client.strictScope })
  const resource = parseResources(form.getAll("resource"))
  if (client.tokenEndpointAuthMethod === "none") await limitByAddress("device", address, tooMany)
  flow.join(flow.id)
  flow.concerns(client)
  flow.step("device.stores_device_code")
  const createdAt = currentTime()
  const expiresAt = new Date(createdAt.getTime() + deviceCodeSeconds * 1000)
  const deviceCode = formatAuthCode(flow.id, generateToken())
  const facts = { id: flow.id, secretHash: hashDeviceCode(deviceCode), clientId: client.clientId, scope, resource }
  let userCode = generateUserCode()
  while (
    !(await insertDeviceCode({
      ...facts,
      userCodeHash: hashUserCode(userCode)[0],
      createdAt,
      expiresAt,
      intervalSeconds,
    }))
  )
    userCode = generateUserCode()
  flow.step("device.returns_device_code", () => ({
    device_code: fingerprint(deviceCode),
    expires_in: deviceCodeSeconds,
    interval: intervalSeconds,
  }))
  const uri = `${config().issuer}${devicePage}`
  return {
    device_code: deviceCode,
    user_code: formatUserCode(userCode),
    verification_uri: uri,
    verification_uri_complete: `${uri}?${new URLSearchParams({ user_code: formatUserCode(userCode) })}`,
    expires_in: deviceCodeSeconds,
    interval: intervalSeconds,
  }
}

const tooMany = "Too many device codes were requested from this address. Try again later."

/** Why the User cannot continue with what they typed. */
type Problem = { problem: "unknown" } | { problem: "too_many_attempts"; retryAfterSeconds: number }

/**
 * Continues with the user code that a person typed: sign-in, if no one is signed in, and the question whether to allow the
 * device. Wrong codes are counted by address (RFC 8628 section 5.1).
 */
export async function enterUserCode(
  typed: string,
  browser: Browser,
  address: string,
  flow: Flow,
): Promise<AuthorizationAnswer | Problem> {
  const { waitSeconds } = await countSignInAttempt("user-code", addressKey(address))
  if (waitSeconds > 0) return { problem: "too_many_attempts", retryAfterSeconds: waitSeconds }
  const userCode = parseUserCode(typed)
  const code = userCode && (await findDeviceCodeOfUser(hashUserCode(userCode)))
  const client = code && (await resolveClient(code.clientId))
  if (!client || !isPending(code) || (await findSession(code.id))) return { problem: "unknown" }
  await refundSignInAttempt("user-code", addressKey(address))
  flow.join(code.id)
  flow.concerns(client)
  flow.step("device.enters_user_code")
  flow.step("device.retrieves_device_code", () => ({ scope: code.scope }))
  const request = {
    ...{ clientId: code.clientId, scope: code.scope, resource: code.resource, device: { id: code.id, userCode } },
    ...{ redirectUri: `${config().issuer}${devicePage}`, state: null, responseMode: "query" as const },
    ...{ codeChallenge: null, nonce: null, prompt: [], maxAge: null, loginHint: null, hintedSub: null },
  }
  const browserToken = browser.browserTokens[0] ?? generateToken()
  const state = beginAuthorization(code.id, request, browserToken)
  const answer = await continueAuthorization(state, client, browser, flow)
  return browser.browserTokens.length > 0 ? answer : { ...answer, browserToken }
}
