import { hasOrigin, hasOriginAtAnyPort } from "@/lib/data/clients"
import { withoutLoopbackPort } from "@/lib/protocol/redirect-uri"

/** Whether an Origin header names the page of a browser client that is registered here. */
export async function isClientOrigin(origin: string): Promise<boolean> {
  if (!isOrigin(origin)) return false
  const portless = withoutLoopbackPort(origin)
  return portless === null ? hasOrigin(origin) : hasOriginAtAnyPort(portless)
}

/** Whether an origin is one of these. As in redirect URIs, the port may differ on the loopback interface (RFC 8252 section 7.3). */
export function isRegisteredOrigin(origin: string, registered: string[]): boolean {
  if (registered.includes(origin)) return true
  const target = withoutLoopbackPort(origin)
  return target !== null && registered.some((other) => withoutLoopbackPort(other) === target)
}

/** An origin in its one serialized form (RFC 6454 section 6.1). */
function isOrigin(value: string): boolean {
  return value.length <= 512 && URL.canParse(value) && new URL(value).origin === value
}
