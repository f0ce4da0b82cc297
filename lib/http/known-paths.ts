import { existsSync, readdirSync } from "node:fs"
import path from "node:path"
import { config } from "@/lib/config"

/** Every route.ts that is an endpoint for clients or for forms, by its path. A test compares these lists with the folders. */
export const endpointPaths = [
  "/.well-known/change-password",
  "/.well-known/oauth-authorization-server",
  "/.well-known/openid-configuration",
  "/account/apps/submit",
  "/account/browsers/submit",
  "/account/delete/submit",
  "/account/email/submit",
  "/account/export/submit",
  "/account/passkeys/submit",
  "/account/password/submit",
  "/account/profile/submit",
  "/account/providers/submit",
  "/account/recovery-codes/submit",
  "/account/totp/submit",
  "/authorize",
  "/brand-logo",
  "/brand.css",
  "/callback",
  "/client-logo",
  "/confirm-email/submit",
  "/consent/submit",
  "/device/submit",
  "/device_authorization",
  "/end-session",
  "/flows/enter/submit",
  "/health/live",
  "/health/ready",
  "/introspect",
  "/jwks",
  "/par",
  "/refresh",
  "/register",
  "/reset-password/choose/submit",
  "/reset-password/submit",
  "/revoke",
  "/select-account/submit",
  "/sign-in/code/submit",
  "/sign-in/passkey/submit",
  "/sign-in/provider/callback",
  "/sign-in/provider/confirm/submit",
  "/sign-in/provider/submit",
  "/sign-in/submit",
  "/sign-out/submit",
  "/sign-up/finish/submit",
  "/sign-up/submit",
  "/token",
  "/userinfo",
] as const

/** The endpoints that pages of every origin may read. */
export const publicDocumentPaths: readonly string[] = [
  "/.well-known/oauth-authorization-server",
  "/.well-known/openid-configuration",
  "/jwks",
]

/** The pages that this project's server renders without scripts of Next. */
export const lightPagePaths = [
  "/",
  "/account",
  "/account/delete",
  "/account/email",
  "/account/history",
  "/account/passkeys",
  "/account/password",
  "/account/profile",
  "/account/providers",
  "/account/recovery-codes",
  "/account/totp",
  "/check-email",
  "/confirm-email",
  "/consent",
  "/device",
  "/flows/enter",
  "/outbox",
  "/reset-password",
  "/reset-password/choose",
  "/select-account",
  "/sign-in",
  "/sign-in/code",
  "/sign-in/provider/confirm",
  "/sign-out",
  "/sign-up",
  "/sign-up/finish",
] as const

/** The pages that only Next renders, with their streams and exports. They have GET alone. */
export const nextPathPatterns = [
  /^\/playground(\/flow)?$/,
  /^\/flows(\/stream)?$/,
  /^\/flows\/(?!enter$)[^/]+(\/(stream|export))?$/,
]

const filePattern =
  /^\/(apple-touch-icon\.png|copy\.js|favicon\.ico|form\.js|passkeys\.js|icon\.svg|og-image\.png|robots\.txt|_next\/static\/.+)$/

const builtPrefix = "/_next/static/"

const endpoints = new Set<string>(endpointPaths)
const lightPages = new Set<string>(lightPagePaths)

/** Whether a file may be at this path: of the folder public, or of Next's build. */
export const isFilePath = (path: string) => filePattern.test(path)

let builtFiles: Set<string> | undefined

/** Whether there is a file at a path for which `isFilePath` is true. In development Next has no list of its files: always true. */
function hasFile(filePath: string): boolean {
  if (process.env.NODE_ENV === "development") return true
  if (!filePath.startsWith(builtPrefix)) return existsSync(`public${filePath}`)
  builtFiles ??= new Set(listBuiltFiles())
  return builtFiles.has(filePath.slice(builtPrefix.length))
}

function listBuiltFiles(): string[] {
  return readdirSync(".next/static", { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => path.relative(".next/static", path.join(parentPath, name)).replaceAll("\\", "/"))
}

/** What a path is called in metrics and the access log: itself, a pattern, or "other", so that callers cannot make up names. */
export function findRoute(path: string): string {
  if (endpoints.has(path) || lightPages.has(path)) return path
  if (isFilePath(path)) return "file"
  if (/^\/playground(\/flow)?$/.test(path) || /^\/flows(\/stream)?$/.test(path)) return path
  return nextPathPatterns.some((pattern) => pattern.test(path)) ? "/flows/[id]" : "other"
}

/** Whether something may be at this path. */
export function isKnownPath(path: string): boolean {
  return (
    endpoints.has(path) ||
    lightPages.has(path) ||
    isFilePath(path) ||
    nextPathPatterns.some((pattern) => pattern.test(path))
  )
}

/**
 * Why a request is refused before anything looks at it: Next would run a page for any method, and fail on some bodies.
 * @returns 405 where the path has only GET and HEAD, 404 where it does not exist, null when the request is not refused
 */
export function findMethodRefusal(method: string | undefined, path: string): 404 | 405 | null {
  if (method === "GET" || method === "HEAD") return null
  if (isSwitchedOff(path)) return 404
  if (endpoints.has(path)) return null
  if (isFilePath(path)) return hasFile(path) ? 405 : 404
  return isKnownPath(path) ? 405 : 404
}

/** Whether a setting turns this page off. */
function isSwitchedOff(path: string): boolean {
  const { SIGN_UP, DEMO, flowInspector } = config()
  const isUnder = (page: string) => path === page || path.startsWith(`${page}/`)
  return (
    (isUnder("/sign-up") && !SIGN_UP) ||
    (isUnder("/playground") && !DEMO) ||
    (isUnder("/flows") && flowInspector === "off") ||
    (isUnder("/flows/enter") && flowInspector !== "operators")
  )
}

/**
 * Turns TRACE, which Next cannot represent (the Fetch standard forbids it) and answers with 500, into DELETE. No path has
 * either, so both are refused in the same way.
 */
export function replaceTrace(request: { method?: string }): void {
  if (request.method === "TRACE") request.method = "DELETE"
}
