const sslModes = ["disable", "prefer", "require", "verify-ca", "verify-full", "no-verify"]

/** What a parameter of a Postgres URL may be; null is anything. */
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
    // Seconds. libpq's 0, no limit, would leave requests without an answer.
    connect_timeout: /^[1-9]\d?$/,
    channel_binding: /^(require|prefer|disable)$/,
  }),
)

/**
 * Checks the parameters of DATABASE_URL, those after the question mark. A driver ignores what it does not know.
 * @returns a problem in words, which never holds a value; null when there is none
 */
export function findDatabaseUrlProblem(databaseUrl: string): string | null {
  const [, ...rest] = databaseUrl.split("?")
  const query = rest.join("?")
  if (!databaseUrl.includes("?")) return null
  if (query.includes("@"))
    return "DATABASE_URL cannot be read: write @ : / # ? % in the password as %40 %3A %2F %23 %3F %25"
  const parameters = new URLSearchParams(query)
  if (databaseUrl.startsWith("file:")) {
    return `DATABASE_URL must be a file alone, without ${[...parameters.keys()].map((name) => `?${name}=`).join(" ")}`
  }
  for (const [name, value] of parameters) {
    const allowed = postgresParameters.get(name)
    if (allowed === undefined) {
      return `DATABASE_URL has an unknown parameter ${name}: remove it; known are ${[...postgresParameters.keys()].join(", ")}`
    }
    if (allowed && !allowed.test(value)) {
      return name === "sslmode"
        ? `DATABASE_URL has an unknown sslmode: use ${sslModes.join(", ")}`
        : `DATABASE_URL has a ${name} that cannot be used`
    }
  }
  return null
}
