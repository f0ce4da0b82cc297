import { type NextRequest, NextResponse } from "next/server"
import { findMethodRefusal, isFilePath } from "./lib/http/known-paths"
import { pageHeaders } from "./lib/http/page-headers"
import { securityHeaders } from "./lib/http/responses"

/**
 * Adds the security headers to every page that Next renders. Next reads the nonce for its scripts from the request.
 * This is not a security boundary: requests can reach a page without passing through here, so pages and handlers check
 * access themselves.
 */
export function proxy(request: NextRequest): Response {
  const status = findMethodRefusal(request.method, request.nextUrl.pathname)
  if (status !== null) return new Response(null, { status, headers: status === 405 ? { Allow: "GET, HEAD" } : {} })

  // Files need no page policy. They pass through here because Next fails on a POST to one.
  if (isFilePath(request.nextUrl.pathname)) return NextResponse.next({ headers: securityHeaders() })

  const development = process.env.NODE_ENV === "development"
  const nonce = btoa(String.fromCharCode(...crypto.getRandomValues(new Uint8Array(18))))
  const pageSecurity = pageHeaders({
    scripts: `'self' 'nonce-${nonce}'${development ? " 'unsafe-eval'" : ""}`,
    // Next's development overlay uses styles without a nonce.
    styles: development ? "'self' 'unsafe-inline'" : `'self' 'nonce-${nonce}'`,
    path: request.nextUrl.pathname,
  })
  const headers = new Headers(request.headers)
  headers.set("Content-Security-Policy", pageSecurity["Content-Security-Policy"] ?? "")
  const response = pageAt(request, headers)
  for (const [name, value] of Object.entries(pageSecurity)) response.headers.set(name, value)
  return response
}

/** Next returns 500 for its internal error path. Visitors get "not found" there. */
function pageAt(request: NextRequest, headers: Headers): NextResponse {
  return request.nextUrl.pathname.startsWith("/_global-error")
    ? NextResponse.rewrite(new URL("/_not-found", request.url), { request: { headers } })
    : NextResponse.next({ request: { headers } })
}

// All paths except the endpoints, which set their own headers. Next evaluates this at build time.
export const config = {
  matcher: [
    "/((?!\\.well-known/(?:oauth-authorization-server|openid-configuration|change-password)$|(?:authorize|callback|token|introspect|refresh|revoke|userinfo|jwks|brand-logo|client-logo|sign-in/provider/callback|brand\\.css|.+/submit)$).*)",
  ],
}
