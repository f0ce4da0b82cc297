import { createHmac } from "node:crypto"
import { hashToken } from "@/lib/protocol/random"
import { parseAuthCode } from "@/lib/protocol/session-token"
import { deriveKeys } from "@/lib/secret"

/** The grant type of RFC 8628 section 3.4. */
export const deviceCodeGrant = "urn:ietf:params:oauth:grant-type:device_code"

/** The flow that a device code names; null when it is not a device code. It has the form of an auth code. */
export const findDeviceFlowId = (deviceCode: string) => parseAuthCode(deviceCode)?.sessionId ?? null

/** How a device code is stored. An auth code is stored in another way, so that neither can be used as the other. */
export const hashDeviceCode = (deviceCode: string) => hashToken(`device ${deviceCode}`)

/** The hashes of a user code with each secret, the newest first. Keyed, because user codes are short enough to try all of them. */
export const hashUserCode = (userCode: string): [string, ...string[]] =>
  deriveKeys("user-code").map((key) => createHmac("sha256", key).update(userCode).digest("base64url")) as [string]
