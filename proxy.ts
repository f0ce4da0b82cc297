import { type NextRequest, NextResponse } from "next/server"
import { findMethodRefusal, isFilePath } from "./lib/http/known-paths"
import { pageHeaders } from "./lib/http/page-headers"

/**
 * Gives every page that Next renders its security headers, with a nonce that Next reads from the request for its scripts.
 * This is no security boundary: requests can reach a page without passing here, so who may see and do what is decided in
 * the pages and the handlers.
 */
export function proxy(request: NextRequest): Response {
  const status = findMethodRefusal(request.method, request.nextUrl.pathname)
  if (status !== null) return new Response(null, { status, headers: status === 405 ? { Allow: "GET, HEAD" } : {} })

  // Files have no policy of a page. They pass here because of their methods: Next fails on a POST to one.
  if (isFilePath(request.nextUrl.pathname)) return NextResponse.next()

  const development = process.env.NODE_ENV === "development"
  const nonce = btoa(String.fromCharCode(...crypto.getRandomValues(new Uint8Array(18))))
  const pageSecurity = pageHeaders({
    scripts: `'self' 'nonce-${nonce}'${development ? " 'unsafe-eval'" : ""}`,
    // Next's overlay for developers writes styles without a nonce.
    styles: development ? "'self' 'unsafe-inline'" : `'self' 'nonce-${nonce}'`,
    path: request.nextUrl.pathname,
  })
  const headers = new Headers(request.headers)
  headers.set("Content-Security-Policy", pageSecurity["Content-Security-Policy"] ?? "")
  const response = pageAt(request, headers)
  for (const [name, value] of Object.entries(pageSecurity)) response.headers.set(name, value)
  return response
}

/** Next answers 500 at the address of its own last resort. For a visitor there is nothing there. */
function pageAt(request: NextRequest, headers: Headers): NextResponse {
  return request.nextUrl.pathname.startsWith("/_global-error")
    ? NextResponse.rewrite(new URL("/_not-found", request.url), { request: { headers } })
    : NextResponse.next({ request: { headers } })
}

// Everything but the endpoints, which answer with headers of their own. Next reads this text at build time.
export const config = {
  matcher: [
    "/((?!\\.well-known/(?:oauth-authorization-server|openid-configuration)$|(?:authorize|callback|token|introspect|refresh|revoke|userinfo|jwks|(?:sign-in|sign-up|sign-out|consent|flows/enter)/submit)$).*)",
  ],
}
