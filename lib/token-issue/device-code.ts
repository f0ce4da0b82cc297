import { requireGrantType } from "@/lib/clients/grant-types"
import { currentTime } from "@/lib/clock"
import type { Client } from "@/lib/data/clients"
import { type DeviceCode, findDeviceCode, recordPoll } from "@/lib/data/device-codes"
import { findAuthCode } from "@/lib/data/sessions"
import { fingerprint } from "@/lib/flows/facts"
import type { Flow } from "@/lib/flows/flow"
import { OAuthError } from "@/lib/protocol/errors"
import type { Parameters } from "@/lib/protocol/parameters"
import { deviceCodeGrant, findDeviceFlowId, hashDeviceCode } from "@/lib/sessions/device-code"
import type { DpopProof } from "@/lib/sessions/dpop"
import type { TokenResponse } from "@/lib/sessions/token-response"
import { invalidCode, startSessionTokens } from "./session-tokens"

/** A device access token request, RFC 8628 section 3.4. */
export type DeviceTokenRequest = { deviceCode: string; resource: string[] }

/** @throws OAuthError invalid_request */
export function parseDeviceTokenRequest(form: Parameters): DeviceTokenRequest {
  return { deviceCode: form.require("device_code"), resource: form.getAll("resource") }
}

/** RFC 8628 section 3.5: after slow_down "the interval MUST be increased by 5 seconds for this and all subsequent requests". */
const slowDownSeconds = 5

/**
 * The device code grant at POST /token: tokens, once the User has allowed the device. RFC 8628 section 3.4.
 * @throws OAuthError authorization_pending, slow_down, access_denied, expired_token, and those of an auth code
 */
export async function redeemDeviceCode(
  client: Client,
  { deviceCode, resource }: DeviceTokenRequest,
  flow: Flow,
  proof: DpopProof | null = null,
): Promise<TokenResponse> {
  const now = currentTime()
  requireGrantType(client, deviceCodeGrant)
  const code = await findVerifiedDeviceCode(client, deviceCode, flow)
  const approved = await findAuthCode(code.id, code.secretHash)
  if (!approved) await refusePending(code, now)
  if (!approved || (approved.session.startedAt === null && code.expiresAt <= now)) throw expired()
  flow.concerns({ userId: approved.session.userId })
  return startSessionTokens({ client, session: approved.session, resource, proof, now, steps }, flow)
}

const steps = {
  generates: "device.generates_tokens",
  stores: "device.stores_tokens",
  returns: "device.returns_tokens",
} as const

async function findVerifiedDeviceCode(client: Client, deviceCode: string, flow: Flow): Promise<DeviceCode> {
  flow.step("device.verifies_device_code", () => ({ device_code: fingerprint(deviceCode) }))
  const id = findDeviceFlowId(deviceCode)
  const code = id === null ? null : await findDeviceCode(id)
  if (!code || code.secretHash !== hashDeviceCode(deviceCode)) throw invalidCode("code_unknown")
  if (code.clientId !== client.clientId) throw invalidCode("code_of_another_client")
  flow.join(code.id)
  flow.concerns({ clientId: client.clientId })
  return code
}

/** @throws OAuthError, as long as the code has not expired */
async function refusePending(code: DeviceCode, now: Date): Promise<void> {
  if (code.deniedAt) {
    throw new OAuthError("access_denied", "The user denied the request. Stop polling.", "user_denied")
  }
  if (code.expiresAt <= now) return
  const isTooEarly = code.polledAt !== null && now.getTime() - code.polledAt.getTime() < code.intervalSeconds * 1000
  const intervalSeconds = code.intervalSeconds + (isTooEarly ? slowDownSeconds : 0)
  await recordPoll(code.id, now, intervalSeconds)
  if (isTooEarly) {
    throw new OAuthError(
      "slow_down",
      `The device asks too often. Wait ${intervalSeconds} seconds between requests.`,
      "polling_too_fast",
    )
  }
  throw new OAuthError(
    "authorization_pending",
    `The user has not decided yet. Ask again in ${intervalSeconds} seconds.`,
    "authorization_pending",
  )
}

const expired = () =>
  new OAuthError("expired_token", "The device_code has expired. Request a new one.", "device_code_expired")
