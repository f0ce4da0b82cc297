/** "jwt" is ES256 with the type at+jwt (RFC 9068). */
export type TokenFormat = "jwt" | "opaque"

/** The operations, in the order of the table. */
export const operationNames = ["introspect", "refresh", "flow", "revoke", "jwks", "discovery"] as const
export type OperationName = (typeof operationNames)[number]

/** A server that runs, and what the load generator must know to use it. */
export type Target = {
  name: string
  /** How the table names it. */
  label: string
  port: number
  paths: Record<"authorize" | "token" | OperationName, string>
  clientId: string
  /** The value of the header Authorization, client_secret_basic. */
  clientAuthorization: string
  /** The signed-in person's cookies, as a browser sends them. */
  cookie: string
  /** What to ask for so that an ID token and a refresh token are issued; encoded. */
  scope: string
  /** What to ask for at a refresh so that it issues no ID token, which not every server does then; encoded, "" for nothing. */
  refreshScope: string
  /** The formats of access token that it can be asked for. */
  formats: TokenFormat[]
  /** The format of the tokens that introspection and revocation are measured with. */
  ownFormat: TokenFormat
  operations: readonly OperationName[]
  /** Time from the process's start until the first answer, in milliseconds: a median. */
  coldStartMs: number
  /** The resident memory of its processes now, in bytes. */
  memory(): number
  stop(): Promise<void>
}

/** RFC 6749 section 2.3.1, for ids and secrets that need no encoding. */
export const basic = (id: string, secret: string) => `Basic ${Buffer.from(`${id}:${secret}`).toString("base64")}`
