import { cookies, headers } from "next/headers"
import { maySeeFlows } from "@/lib/authentication/operators"
import { config } from "@/lib/config"
import type { NewBrowserSession } from "@/lib/sessions/browser-sessions"
import { acceptCookie, cookieAttributes, cookieName } from "./cookies"

/** What a page or a server action needs of its request. `address` is the network address that the server wrote down. */
export type PageRequest = {
  browserTokens: string[]
  browserSessionToken: string | null
  address: string
}

export async function readPage(): Promise<PageRequest> {
  const [jar, header] = await Promise.all([cookies(), headers()])
  return {
    browserTokens: [acceptCookie(jar.get(cookieName("browser"))?.value)].filter((token) => token !== null),
    browserSessionToken: acceptCookie(jar.get(cookieName("session"))?.value),
    address: header.get("x-forwarded-for")?.split(",")[0]?.trim() || "unknown",
  }
}

/** A form was not posted from a page of this server. */
export class CrossOriginError extends Error {
  override name = "CrossOriginError"
}

/**
 * Refuses a server action that one of our own pages did not post. Next compares Origin with the Host header, and lets a
 * request without Origin through; this compares with the issuer, and asks for one of the two headers that every browser
 * sends with a form.
 * @throws CrossOriginError
 */
export async function requireSameOrigin(): Promise<void> {
  const header = await headers()
  const origin = header.get("origin")
  const site = header.get("sec-fetch-site")
  const sameOrigin = origin === null ? site === "same-origin" : origin === config().issuer
  if (!sameOrigin || (site !== null && site !== "same-origin")) {
    throw new CrossOriginError(`Open this page at ${config().issuer}: forms are taken from there alone.`)
  }
}

/** Sets the BrowserSession cookie, inside a server action. */
export async function setBrowserSession({ token, expiresAt }: NewBrowserSession): Promise<void> {
  const jar = await cookies()
  jar.set(cookieName("session"), token, { ...cookieAttributes(), expires: expiresAt })
}

/** Takes the BrowserSession cookie away, inside a server action. */
export async function clearBrowserSession(): Promise<void> {
  const jar = await cookies()
  jar.set(cookieName("session"), "", { ...cookieAttributes(), maxAge: 0 })
}

/** What says whether this browser may see the flow inspector, now and later. */
export async function inspectorAccess(): Promise<() => Promise<boolean>> {
  const jar = await cookies()
  const token = acceptCookie(jar.get(cookieName("operator"))?.value)
  return () => maySeeFlows(token)
}

/** Whether this browser may see the flow inspector. */
export async function inspectorIsOpen(): Promise<boolean> {
  return (await inspectorAccess())()
}

/** Sets the operator's cookie, inside a server action. */
export async function setOperatorSession({ token, expiresAt }: { token: string; expiresAt: Date }): Promise<void> {
  const jar = await cookies()
  jar.set(cookieName("operator"), token, { ...cookieAttributes(), expires: expiresAt })
}
