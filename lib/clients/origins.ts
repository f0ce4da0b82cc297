import { isRegisteredOrigin } from "@/lib/data/clients"

/** Whether an Origin header names the page of a browser client that is registered here. */
export async function isClientOrigin(origin: string): Promise<boolean> {
  return isOrigin(origin) && isRegisteredOrigin(origin)
}

/** An origin in its one serialized form (RFC 6454 section 6.1). */
function isOrigin(value: string): boolean {
  return value.length <= 512 && URL.canParse(value) && new URL(value).origin === value
}
