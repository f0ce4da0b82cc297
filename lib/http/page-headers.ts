import { config } from "@/lib/config"
import { securityHeaders } from "./responses"

/** The pages whose forms lead back to a Client. */
const flowPages = [
  "/sign-in",
  "/sign-in/code",
  "/select-account",
  "/sign-in/provider/confirm",
  "/account/passkeys",
  "/account/providers",

  "/sign-up",
  "/sign-up/finish",
  "/confirm-email",
  "/consent",
  "/sign-out",
]

/**
 * The security headers of a page, with its Content-Security-Policy.
 * @param options.scripts and `styles`: the sources that the policy allows
 */
export function pageHeaders(options: { scripts: string; styles: string; path: string }): Record<string, string> {
  const { scripts, styles, path } = options
  const policy = [
    "default-src 'none'",
    `script-src ${scripts}`,
    `style-src ${styles}`,
    "img-src 'self' data:",
    "connect-src 'self'",
    "font-src 'self'",
    "manifest-src 'self'",
    "object-src 'none'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
    // Chromium applies form-action to the redirects after a form post too, and those of the flow lead to the Client.
    ...(flowPages.includes(path) ? [] : ["form-action 'self'"]),
    ...(config().secureCookies ? ["upgrade-insecure-requests"] : []),
  ]
  return {
    ...securityHeaders(),
    "Content-Security-Policy": policy.join("; "),
  }
}
