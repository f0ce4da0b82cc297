/** "jwt" is signed with ES256 and has the type at+jwt (RFC 9068). */
export type TokenFormat = "jwt" | "opaque"

/** The operations, in the order of the table. */
export const operationNames = [
  "introspect",
  "refresh",
  "refresh-dpop",
  "refresh-private-key-jwt",
  "flow",
  "revoke",
  "jwks",
  "discovery",
] as const
export type OperationName = (typeof operationNames)[number]

/** A running server, and what the load generator needs to use it. */
export type Target = {
  name: string
  /** Its name in the tables. */
  label: string
  port: number
  /** The ports of further instances. */
  otherPorts?: number[]
  paths: Record<"authorize" | "token" | "introspect" | "revoke" | "jwks" | "discovery", string>
  clientId: string
  /** The client that authenticates with private_key_jwt; empty where it is not needed. */
  keyClientId: string
  /** The value of the Authorization header (client_secret_basic). */
  clientAuthorization: string
  /** The signed-in user's cookies, as the value of the Cookie header. */
  cookie: string
  /** The URL-encoded scope that gives an ID token and a refresh token. */
  scope: string
  /** The URL-encoded scope of a refresh without an ID token; "" when no parameter is needed. */
  refreshScope: string
  /** The access token formats that it supports. */
  formats: TokenFormat[]
  /** The token format for introspection and revocation. */
  ownFormat: TokenFormat
  operations: readonly OperationName[]
  /** Median milliseconds from the start of the process to the first response. */
  coldStartMs: number
  /** The current resident memory of its processes, in bytes. */
  memory(): number
  stop(): Promise<void>
}

/** RFC 6749 section 2.3.1, for ids and secrets that need no encoding. */
export const basic = (id: string, secret: string) => `Basic ${Buffer.from(`${id}:${secret}`).toString("base64")}`
