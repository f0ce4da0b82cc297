import { currentTime } from "@/lib/clock"
import type { DeviceCode } from "@/lib/data/device-codes"
import { denyDeviceCode, findDeviceCode } from "@/lib/data/device-codes"
import { insertAuthCode } from "@/lib/data/sessions"
import type { Flow } from "@/lib/flows/flow"
import { count } from "@/lib/metrics"
import { OAuthError } from "@/lib/protocol/errors"
import type { SignedIn } from "@/lib/sessions/browser-sessions"
import type { AuthorizationState } from "./state-token"

/** The page that the browser ends at, because a device gets no redirect. */
export const devicePage = "/device"

/** Whether a User can still decide about the device. */
export const isPending = ({ expiresAt, deniedAt }: DeviceCode) => deniedAt === null && expiresAt > currentTime()

/**
 * Stores that the User allowed the device: its Session, with the device code in the place of an auth code.
 * @returns the path of the page that reports it; null when the browser was signed out, or the consent withdrawn, at the same moment
 * @throws OAuthError when the code has expired, was denied or was used
 */
export async function approveDevice(
  { request }: AuthorizationState,
  signedIn: SignedIn,
  flow: Flow,
): Promise<string | null> {
  flow.step("device.stores_decision", () => ({ decision: "allowed" }))
  const code = await findDeviceCode(request.device?.id ?? "")
  if (!code || !isPending(code)) throw ended()
  const { id, clientId, scope, resource, secretHash, expiresAt } = code
  const outcome = await insertAuthCode(
    {
      ...{ id, clientId, scope, resource, nonce: null, userId: signedIn.user.id },
      ...{ authTime: signedIn.authenticatedAt, amr: signedIn.amr.join(" "), browserSession: signedIn.tokenHash },
    },
    { codeHash: secretHash, codeChallenge: null, redirectUri: "", expiresAt },
    currentTime(),
    { consented: true },
  )
  if (outcome === "refused") return null
  if (outcome === "exists") throw ended()
  count("codes_issued")
  return `${devicePage}?result=allowed`
}

/** Stores that the User denied the device. @returns the path of the page that reports it */
export async function denyDevice({ request }: AuthorizationState, flow: Flow): Promise<string> {
  flow.step("device.stores_decision", () => ({ decision: "denied" }))
  flow.fail({ reason: "user_denied" })
  await denyDeviceCode(request.device?.id ?? "", currentTime())
  return `${devicePage}?result=denied`
}

const ended = () =>
  OAuthError.invalidRequest(
    "The code of the device has expired or was used. Start again on the device.",
    "device_code_expired",
  )
