/** The longest connect_timeout with which a request still gets its 503 within ten seconds. */
const maxConnectSeconds = 6

const sslModes = ["disable", "prefer", "require", "verify-ca", "verify-full", "no-verify"]

/** The allowed values of each parameter of a Postgres URL; null allows any. */
const postgresParameters = new Map<string, RegExp | null>(
  Object.entries({
    schema: /^[A-Za-z_][A-Za-z0-9_$]{0,62}$/,
    options: null,
    sslmode: new RegExp(`^(${sslModes.join("|")})$`),
    sslcert: null,
    sslkey: null,
    sslrootcert: null,
    sslnegotiation: /^(postgres|direct)$/,
    uselibpqcompat: /^(true|false)$/,
    host: null,
    port: /^\d+$/,
    user: null,
    password: null,
    application_name: null,
    connect_timeout: new RegExp(`^[1-${maxConnectSeconds}]$`),
    channel_binding: /^(require|prefer|disable)$/,
    target_session_attrs: /^(read-write|primary)$/,
  }),
)

const hints: Record<string, string> = {
  schema: ": use letters, digits, _ and $",
  port: ": use a number",
  channel_binding: ": use disable, prefer or require",
  sslnegotiation: ": use postgres or direct",
  uselibpqcompat: ": use true or false",
  sslmode: `: use ${sslModes.join(", ")}`,
  connect_timeout: `: use 1 to ${maxConnectSeconds} seconds, because a request must be answered within ten`,
  target_session_attrs:
    ": use read-write or primary, because a replica lags and would report a revoked token as active",
}

/**
 * The URLs of the servers in a Postgres URL, one for each host: `postgres://user@a:5432,b/login` has two.
 * @returns the same URL when it has one host
 */
export function hostUrlsOf(databaseUrl: string): string[] {
  const [, start = "", hosts = "", rest = ""] =
    /^(postgres(?:ql)?:\/\/(?:[^/?]*@)?)([^/?]*)(.*)$/s.exec(databaseUrl) ?? []
  return hosts.includes(",") ? hosts.split(",").map((host) => `${start}${host}${rest}`) : [databaseUrl]
}

/**
 * Checks the query parameters of DATABASE_URL, because drivers ignore parameters they do not know.
 * @returns a problem in words, without any value of the URL; null when there is none
 */
export function findDatabaseUrlProblem(databaseUrl: string): string | null {
  const urls = hostUrlsOf(databaseUrl)
  if (urls.length > 1 && !urls.every((url) => URL.canParse(url)))
    return "DATABASE_URL has a host that cannot be parsed: write postgres://user:password@first:5432,second:5432/name"
  const [, ...rest] = databaseUrl.split("?")
  const query = rest.join("?")
  if (!databaseUrl.includes("?")) return null
  if (query.includes("@"))
    return "DATABASE_URL cannot be parsed: in the password write @ : / # ? % as %40 %3A %2F %23 %3F %25"
  const parameters = new URLSearchParams(query)
  if (databaseUrl.startsWith("file:")) {
    return `DATABASE_URL must be only a file, without ${[...parameters.keys()].map((name) => `?${name}=`).join(" ")}`
  }
  if (urls.length > 1 && parameters.has("host"))
    return "DATABASE_URL has several hosts and the parameter host: remove host"
  for (const [name, value] of parameters) {
    const allowed = postgresParameters.get(name)
    if (allowed === undefined) {
      return `DATABASE_URL has an unknown parameter ${name}: remove it, or use one of ${[...postgresParameters.keys()].join(", ")}`
    }
    if (allowed && !allowed.test(value)) {
      return `DATABASE_URL has an invalid ${name}${hints[name] ?? ""}`
    }
  }
  return null
}
