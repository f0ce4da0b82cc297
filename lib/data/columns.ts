import type { AuthCode, BrowserSession, Client, Consent, Session, SigningKey, User } from "./generated/sqlite/client"
import type { Row } from "./statement"

type Models = {
  AuthCode: AuthCode
  BrowserSession: BrowserSession
  Client: Client
  Consent: Consent
  Session: Session
  SigningKey: SigningKey
  User: User
}

/** Every column of each model that a prepared statement reads. A test holds them against the schema. */
export const modelColumns = {
  AuthCode: ["sessionId", "codeHash", "codeChallenge", "redirectUri", "createdAt", "expiresAt"],
  BrowserSession: ["tokenHash", "userId", "authenticatedAt", "expiresAt"],
  Client: [
    "clientId",
    "clientName",
    "clientSecretHash",
    "tokenEndpointAuthMethod",
    "redirectUris",
    "postLogoutRedirectUris",
    "origins",
    "grantTypes",
    "scope",
    "idTokenSignedResponseAlg",
    "firstParty",
    "resourceServer",
    "resources",
    "requirePkce",
    "createdAt",
  ],
  Consent: ["userId", "clientId", "scope", "resource", "grantedAt"],
  Session: [
    "id",
    "userId",
    "clientId",
    "scope",
    "resource",
    "nonce",
    "authTime",
    "createdAt",
    "startedAt",
    "revokedAt",
    "revokedReason",
    "idleExpiresAt",
    "expiresAt",
    "refreshTokenHash",
    "previousRefreshTokenHash",
    "rotatedAt",
    "rotations",
  ],
  SigningKey: ["kid", "alg", "generation", "publicJwk", "privateJwe", "createdAt", "activeFrom"],
  User: ["id", "email", "name", "passwordHash", "createdAt", "disabledAt", "signInsCountFrom"],
} satisfies { [Model in keyof Models]: (keyof Models[Model])[] }

/**
 * The columns of one model, or of several that a statement joins.
 * @returns `select`, the list for the statement, and `read`, which makes the models' rows of its answer
 */
export function columnsOf<Name extends keyof Models>(
  ...names: Name[]
): { select: string; read(row: Row): Pick<Models, Name> } {
  const select = names.flatMap((name) => modelColumns[name].map((column) => `"${name}"."${column}"`)).join(", ")
  return {
    select,
    read(row) {
      const rows: Partial<Record<Name, Record<string, unknown>>> = {}
      let next = 0
      for (const name of names) {
        const found: Record<string, unknown> = {}
        for (const column of modelColumns[name]) found[column] = row[next++]
        rows[name] = found
      }
      return rows as Pick<Models, Name>
    },
  }
}
