import { readFileSync } from "node:fs"
import os from "node:os"
import path from "node:path"
import { z } from "zod"
import { type BrandColors, type BrandLogo, deriveBrandColors, readBrandLogo } from "@/lib/brand"
import { perProcess } from "@/lib/per-process"
import { type Network, parseNetworks, parseTrustedProxies, type TrustedProxies } from "@/lib/trusted-proxies"
import { findDatabaseUrlProblem } from "./database-url"
import { findMisspelt } from "./setting-names"

/** The settings of this process, parsed once from the environment. Durations are in seconds, sizes in bytes. */
export type Config = Omit<z.output<typeof settings>, "CLIENT_ID_METADATA_DOCUMENTS" | "CLIENT_DOCUMENT_NETWORKS"> & {
  /** Where e-mail goes: to a mail server, only to the outbox page (in the demo and in development), or nowhere. */
  mail: "smtp" | "outbox" | "off"
  brandLogo: BrandLogo | null
  brandColors: BrandColors | null
  /** The issuer identifier (RFC 8414 section 2): an origin, without a trailing slash. */
  issuer: string
  databaseUrl: string
  databaseProvider: "sqlite" | "postgres"
  /** Who may see the flow inspector. Unset, it is open to everyone in the demo and in development, and off in production. */
  flowInspector: "off" | "operators" | "everyone"
  /** Whether errors may contain what helps only a developer: in the demo and in development. */
  isDevelopment: boolean
  /** Whether clients can register themselves (RFC 7591). Unset, anyone can in the demo and in development. */
  registration: "off" | "token" | "open"
  /** Whether a client_id can be the URL of the client's metadata. Unset, it can in the demo and in development. */
  CLIENT_ID_METADATA_DOCUMENTS: boolean
  /** The networks that are not public and from which such metadata may be fetched too. */
  CLIENT_DOCUMENT_NETWORKS: Network[]
  /** The proxies whose X-Forwarded-For is used. */
  trustedProxies: TrustedProxies
  /** Whether the issuer is https, so that cookies have Secure and the __Host- prefix. */
  secureCookies: boolean
}

/** Invalid settings, one line for each, for the person who starts the server. */
export class ConfigError extends Error {
  constructor(readonly problems: string[]) {
    super(`Fix these settings:\n${problems.map((problem) => `  - ${problem}`).join("\n")}`)
    this.name = "ConfigError"
  }
}

const minutes = (n: number) => n * 60
const days = (n: number) => n * 24 * 60 * 60

const whole = (min: number, max: number, fallback: number) =>
  z
    .string()
    .regex(/^\d+$/, "must be a whole number")
    .transform(Number)
    .refine((n) => n >= min && n <= max, `must be between ${min} and ${max}`)
    .default(fallback)

const flag = (fallback: boolean) =>
  z
    .enum(["on", "off"], { error: 'must be "on" or "off"' })
    .transform((value) => value === "on")
    .default(fallback)

const isLongEnough = (secret: string) => Buffer.byteLength(secret) >= 32

/** The secrets of a list with commas, the newest first. A secret that contains a comma is one, unless each part could be a secret. */
function splitSecrets(value: string): string[] {
  const secrets = value.split(",").map((secret) => secret.trim())
  return secrets.every(isLongEnough) ? secrets : [value]
}

const pageUrl = z
  .string()
  .refine(
    (value) => /^(https?:\/\/|mailto:)/.test(value) && URL.canParse(value),
    "must be an http, https or mailto URL",
  )
  .optional()

/** The number of processors that this process may use. A container may have fewer than its machine. */
export function countProcessors(): number {
  const [quota, period] = readCpuQuota().split(" ").map(Number)
  const allowed = quota && period ? Math.ceil(quota / period) : Number.POSITIVE_INFINITY
  return Math.max(1, Math.min(os.availableParallelism(), allowed))
}

/** The processor quota of Linux control groups, version 2: microseconds of processor time per period, or `max`. */
function readCpuQuota(): string {
  try {
    return readFileSync("/sys/fs/cgroup/cpu.max", "utf8")
  } catch {
    return ""
  }
}

const settings = z.object({
  PORT: whole(1, 65535, 3000),
  PROCESSES: whole(1, 256, countProcessors()),
  HOST: z.string().default("::"),
  ISSUER: z.string().optional(),
  DATABASE_URL: z.string().optional(),
  SECRET: z
    .string()
    .refine(isLongEnough, "must be at least 32 bytes; create one with: openssl rand -base64 32")
    .transform(splitSecrets)
    .optional(),
  SIGNING_KEY_DAYS: whole(0, 3650, 90),
  AUDIT_DAYS: whole(1, 3650, 365),
  ACCESS_TOKEN_SECONDS: whole(1, days(1), minutes(10)),
  ID_TOKEN_SECONDS: whole(1, days(1), minutes(10)),
  AUTH_CODE_SECONDS: whole(1, minutes(10), 60),
  STATE_TOKEN_SECONDS: whole(1, days(1), minutes(10)),
  SESSION_IDLE_SECONDS: whole(1, days(3650), days(30)),
  SESSION_SECONDS: whole(1, days(3650), days(90)),
  BROWSER_SESSION_SECONDS: whole(1, days(365), days(14)),
  REFRESH_RETRY_SECONDS: whole(0, 300, 10),
  DPOP_NONCE: flag(false),
  SQLITE_SYNCHRONOUS: z.enum(["NORMAL", "FULL"], { error: "must be NORMAL or FULL" }).default("NORMAL"),
  SIGN_IN_WINDOW_SECONDS: whole(1, days(1), minutes(15)),
  SIGN_IN_ATTEMPTS_PER_ACCOUNT: whole(1, 1_000_000, 10),
  SIGN_IN_ATTEMPTS_PER_ADDRESS: whole(1, 1_000_000, 100),
  SIGN_UP: flag(true),
  REGISTRATION: z.enum(["off", "token", "open"], { error: 'must be "off", "token" or "open"' }).optional(),
  CLIENT_ID_METADATA_DOCUMENTS: flag(false).optional(),
  REGISTRATION_DAYS: whole(1, 3650, 30),
  REGISTRATIONS_PER_ADDRESS: whole(1, 1_000_000, 20),
  FORM_BYTES: whole(1024, 1024 * 1024, 32 * 1024),
  PASSWORD_WORKERS: whole(1, 64, 2),
  PASSWORD_QUEUE: whole(1, 10_000, 64),
  BREACHED_PASSWORDS_URL: z
    .string()
    .refine(
      (value) => /^https?:\/\/.+\/$/.test(value) && URL.canParse(value),
      "must be a URL that ends with a slash, such as https://api.pwnedpasswords.com/range/",
    )
    .optional(),
  TRUSTED_PROXIES: z
    .string()
    .transform(parseTrustedProxies)
    .refine(
      (value) => value !== null,
      "must be the number of proxies (0 to 10), or networks such as 10.0.0.0/8,fd00::/8",
    )
    .optional(),
  CLIENT_DOCUMENT_NETWORKS: z
    .string()
    .transform(parseNetworks)
    .refine((value) => value !== null, "must be networks such as 10.0.0.0/8,fd00::/8")
    .optional(),
  KEEP_ALIVE_SECONDS: whole(1, 3600, 620),
  REQUEST_SECONDS: whole(1, 3600, 30),
  SHUTDOWN_SECONDS: whole(1, 600, 8),
  SHUTDOWN_DELAY_SECONDS: whole(0, 600, 0),
  ENDPOINTS_THROUGH_NEXT: flag(false),
  SMTP_URL: z
    .string()
    .refine(
      (value) => /^smtps?:\/\/[^/]/.test(value) && URL.canParse(value),
      "must be smtp://user:password@host:587 or smtps://…:465",
    )
    .optional(),
  MAIL_FROM: z
    .string()
    .refine(
      (value) => /^([^<>\r\n]*<)?[^\s<>@]+@[^\s<>@]+>?$/.test(value),
      "must be an address, such as Shop <login@example.com>",
    )
    .optional(),
  REQUIRE_VERIFIED_EMAIL: flag(false),
  REQUIRE_SECOND_FACTOR: flag(false),
  DEMO: flag(false),
  BRAND_NAME: z.string().max(50, "must have at most 50 characters").default("OAuth Flow"),
  BRAND_LOGO: z.string().optional(),
  BRAND_COLOR: z.string().optional(),
  TERMS_URL: pageUrl,
  PRIVACY_URL: pageUrl,
  SUPPORT_URL: pageUrl,
  FLOW_INSPECTOR: z.enum(["on", "off"], { error: 'must be "on" or "off"' }).optional(),
  FLOW_INSPECTOR_HOURS: whole(1, 30 * 24, 24),
  FLOW_INSPECTOR_EVENTS: whole(100, 10_000_000, 20_000),
  FLOW_INSPECTOR_REQUESTS: whole(1, 100_000, 150),
  ACCESS_LOG: flag(false),
  METRICS_PORT: z
    .string()
    .regex(/^\d+$/, "must be a whole number")
    .transform(Number)
    .refine((n) => n >= 1 && n <= 65_535, "must be between 1 and 65535")
    .optional(),
  LOG_LEVEL: z
    .enum(["debug", "info", "warn", "error", "silent"], { error: "must be debug, info, warn, error or silent" })
    .default("info"),
})

/** The names of all settings. */
export const settingNames = Object.keys(settings.shape)

const loopbackHosts = new Set(["localhost", "127.0.0.1", "[::1]"])

/** Returns the issuer, or a problem in words. An issuer without a path has its metadata where clients look for it. */
function parseIssuer(value: string): { issuer: string } | { problem: string } {
  let url: URL
  try {
    url = new URL(value)
  } catch {
    return { problem: "ISSUER must be a URL such as https://login.example.com" }
  }
  if (url.pathname !== "/" || url.search || url.hash || url.username || url.password) {
    return { problem: "ISSUER must be an origin such as https://login.example.com, without path, query or user" }
  }
  if (url.protocol !== "https:" && !(url.protocol === "http:" && loopbackHosts.has(url.hostname))) {
    return { problem: "ISSUER must start with https:// (http:// is allowed for localhost only)" }
  }
  return { issuer: url.origin }
}

/**
 * Parses the settings.
 * @param directory what a relative SQLite path is relative to
 * @throws ConfigError that lists every problem
 */
export function parseConfig(env: Record<string, string | undefined>, directory: string): Config {
  const present = Object.fromEntries(settingNames.flatMap((name) => (env[name] ? [[name, env[name]]] : [])))
  const parsed = settings.safeParse(present)
  const problems = parsed.success ? [] : parsed.error.issues.map((issue) => `${issue.path.join(".")} ${issue.message}`)
  const set = Object.keys(env).filter((name) => env[name])
  for (const { name, setting } of findMisspelt(set, settingNames)) {
    problems.push(`${name} is not a setting. Did you mean ${setting}? Rename or remove it`)
  }

  const issuer = parseIssuer(present.ISSUER ?? `http://localhost:${parsed.data?.PORT ?? 3000}`)
  if ("problem" in issuer) problems.push(issuer.problem)
  else if (issuer.issuer.startsWith("https://") && present.TRUSTED_PROXIES === undefined) {
    // Without it, every failed sign-in would count against the proxy's address and lock everyone out.
    problems.push(
      "TRUSTED_PROXIES must be set when ISSUER is https: the number of proxies in front of this server, their networks (such as 10.0.0.0/8), or 0 for none",
    )
  }

  const database = parseDatabaseUrl(present.DATABASE_URL ?? "file:./data/oauth-flow.db", directory)
  if ("problem" in database) problems.push(database.problem)
  else if (database.provider === "postgres" && !present.SECRET) {
    problems.push(
      "SECRET is required with Postgres: at least 32 bytes, the same on every instance; create one with: openssl rand -base64 32",
    )
  }

  const mail = present.SMTP_URL ? "smtp" : isDevelopmentOf(parsed.data, env) ? "outbox" : "off"
  if (mail === "smtp" && !present.MAIL_FROM)
    problems.push("MAIL_FROM is required with SMTP_URL: the sender of the e-mails")
  if (mail === "off" && parsed.data?.REQUIRE_VERIFIED_EMAIL) {
    problems.push("REQUIRE_VERIFIED_EMAIL needs SMTP_URL and MAIL_FROM: without e-mail no one can verify an address")
  }

  const brandLogo = present.BRAND_LOGO ? readBrandLogo(path.resolve(directory, present.BRAND_LOGO)) : null
  if (brandLogo && "problem" in brandLogo) problems.push(brandLogo.problem)
  const brandColors = present.BRAND_COLOR ? deriveBrandColors(present.BRAND_COLOR) : null
  if (brandColors && "problem" in brandColors) problems.push(brandColors.problem)

  if (
    !parsed.success ||
    "problem" in issuer ||
    "problem" in database ||
    (brandLogo && "problem" in brandLogo) ||
    (brandColors && "problem" in brandColors) ||
    problems.length > 0
  ) {
    throw new ConfigError(problems)
  }
  const isDevelopment = isDevelopmentOf(parsed.data, env)
  return {
    ...parsed.data,
    isDevelopment,
    mail,
    brandLogo,
    brandColors,
    issuer: issuer.issuer,
    databaseUrl: database.url,
    databaseProvider: database.provider,
    flowInspector: chooseInspectorAudience(parsed.data, isDevelopment),
    CLIENT_ID_METADATA_DOCUMENTS: present.CLIENT_ID_METADATA_DOCUMENTS
      ? parsed.data.CLIENT_ID_METADATA_DOCUMENTS === true
      : isDevelopment,
    CLIENT_DOCUMENT_NETWORKS: parsed.data.CLIENT_DOCUMENT_NETWORKS ?? [],
    registration: parsed.data.REGISTRATION ?? (isDevelopment ? "open" : "off"),
    trustedProxies: parsed.data.TRUSTED_PROXIES ?? { count: 0, networks: [] },
    secureCookies: issuer.issuer.startsWith("https://"),
  }
}

const isDevelopmentOf = (settings: { DEMO: boolean } | undefined, env: Record<string, string | undefined>) =>
  settings?.DEMO === true || env.NODE_ENV === "development"

function chooseInspectorAudience(
  { FLOW_INSPECTOR }: z.output<typeof settings>,
  isDevelopment: boolean,
): Config["flowInspector"] {
  if (FLOW_INSPECTOR !== undefined) return FLOW_INSPECTOR === "on" ? "operators" : "off"
  return isDevelopment ? "everyone" : "off"
}

function parseDatabaseUrl(
  value: string,
  directory: string,
): { url: string; provider: Config["databaseProvider"] } | { problem: string } {
  const problem = findDatabaseUrlProblem(value)
  if (problem) return { problem }
  if (/^postgres(ql)?:\/\//.test(value)) return { url: value, provider: "postgres" }
  if (value.startsWith("file:")) {
    const file = value.slice("file:".length).replace(/^\/\/(?=\/)/, "")
    return { url: `file:${path.resolve(directory, file)}`, provider: "sqlite" }
  }
  return { problem: "DATABASE_URL must start with file: (SQLite) or postgres://" }
}

const parsed = perProcess<Config>("config")

/** The settings of this process. @throws ConfigError */
export function config(): Config {
  parsed.value ??= parseConfig(process.env, process.cwd())
  return parsed.value
}
