import { type NextRequest, NextResponse } from "next/server"
import { config as settings } from "./lib/config"

/** The pages whose forms lead back to a Client. */
const flowPages = ["/sign-in", "/sign-up", "/consent"]

/**
 * Gives every page its Content-Security-Policy, with a nonce that Next and form-script.tsx read from the request,
 * and answers forms that Next would call its own failure with what is wrong with them.
 * This is no security boundary: requests can reach a page without passing here, so who may see and do what is decided
 * in the pages, the server actions and the handlers.
 */
export async function proxy(request: NextRequest): Promise<Response> {
  const nonce = newNonce()
  const policy = contentSecurityPolicy(nonce, request.nextUrl.pathname)
  const headers = new Headers(request.headers)
  headers.set("Content-Security-Policy", policy)
  headers.set("X-Nonce", nonce)

  const refusal = request.method === "POST" ? await refuseForm(request) : null
  const response = refusal ?? pageAt(request, headers)
  response.headers.set("Content-Security-Policy", policy)
  if (settings().secureCookies) response.headers.set("Strict-Transport-Security", "max-age=31536000")
  return response
}

/** Next answers 500 at the address of its own last resort. For a visitor there is nothing there. */
function pageAt(request: NextRequest, headers: Headers): NextResponse {
  return request.nextUrl.pathname.startsWith("/_global-error")
    ? NextResponse.rewrite(new URL("/_not-found", request.url), { request: { headers } })
    : NextResponse.next({ request: { headers } })
}

/** The limit of next.config.mjs for server actions. */
const maxFormBytes = 32 * 1024

/** What Next answers with 500: a form from elsewhere, one over its limit (next.config.mjs), one that cannot be read. */
async function refuseForm(request: NextRequest): Promise<Response | null> {
  const { issuer } = settings()
  const origin = request.headers.get("origin")
  if (origin !== null && origin !== issuer) {
    return refuse(403, `Open this page at ${issuer}: forms are taken from there alone.`)
  }
  const tooLarge = () => refuse(413, `A form may have ${maxFormBytes} bytes at most.`)
  if (Number(request.headers.get("content-length")) > maxFormBytes) return tooLarge()
  const body = await request.clone().arrayBuffer()
  if (body.byteLength > maxFormBytes) return tooLarge()
  return (await isReadable(body, request.headers.get("content-type") ?? ""))
    ? null
    : refuse(400, "This is no form of ours.")
}

/** Forms are posted as multipart/form-data, and by React, when the action reads none of it, as a JSON text. */
async function isReadable(body: ArrayBuffer, contentType: string): Promise<boolean> {
  const content = new Response(body, { headers: { "Content-Type": contentType } })
  try {
    if (contentType.startsWith("multipart/form-data")) await content.formData()
    else if (contentType.startsWith("text/plain")) await content.json()
    else return false
    return true
  } catch {
    return false
  }
}

function refuse(status: number, text: string): Response {
  return new Response(text, { status, headers: { "Content-Type": "text/plain", "Cache-Control": "no-store" } })
}

function contentSecurityPolicy(nonce: string, path: string): string {
  const development = process.env.NODE_ENV === "development"
  return [
    "default-src 'none'",
    `script-src 'self' 'nonce-${nonce}' 'strict-dynamic'${development ? " 'unsafe-eval'" : ""}`,
    // Next's overlay for developers writes styles without a nonce.
    development ? "style-src 'self' 'unsafe-inline'" : `style-src 'self' 'nonce-${nonce}'`,
    "img-src 'self' data:",
    "connect-src 'self'",
    "font-src 'self'",
    "manifest-src 'self'",
    "object-src 'none'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
    // Chromium applies form-action to the redirects after a form post too, and those of the flow lead to the Client.
    ...(flowPages.includes(path) ? [] : ["form-action 'self'"]),
    ...(settings().secureCookies ? ["upgrade-insecure-requests"] : []),
  ].join("; ")
}

function newNonce(): string {
  return btoa(String.fromCharCode(...crypto.getRandomValues(new Uint8Array(18))))
}

// Everything but the endpoints, which answer with headers of their own, and files. Next reads this text at build time.
export const config = {
  matcher: [
    "/((?!_next/static/|\\.well-known/(?:oauth-authorization-server|openid-configuration)$|(?:icon\\.svg|form\\.js)$|(?:authorize|callback|token|introspect|refresh|revoke|userinfo|jwks|sign-in/limited)$).*)",
  ],
}
