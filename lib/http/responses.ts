import { config } from "@/lib/config"

/** A JSON answer. It is not to be cached unless `maxAge` (seconds) says otherwise. */
export function json(body: object, { maxAge }: { maxAge?: number } = {}): Response {
  return Response.json(body, {
    headers: { "Cache-Control": maxAge === undefined ? "no-store" : `public, max-age=${maxAge}` },
  })
}

/**
 * 303: whatever the method was, the browser goes on with GET, and no body is sent along (RFC 9110 section 15.4.4, RFC 9700 section
 * 4.12).
 * @param location a path of ours, which is made absolute with the issuer, or a client's redirect URI
 */
export function redirect(location: string, cookies: string[] = []): Response {
  const target = location.startsWith("/") ? `${config().issuer}${location}` : location
  const headers = new Headers({ Location: target, "Cache-Control": "no-store", "Referrer-Policy": "same-origin" })
  for (const cookie of cookies) headers.append("Set-Cookie", cookie)
  return new Response(null, { status: 303, headers })
}
