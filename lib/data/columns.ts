import type { Row } from "./statement"

/** The columns of each model that the hot paths read (lib/data/statement.ts). A test holds them against the schema. */
export const columnsOf = {
  User: ["id", "email", "name", "passwordHash", "createdAt", "disabledAt", "signInsCountFrom"],
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
  AuthCode: ["codeHash", "sessionId", "stateTokenId", "codeChallenge", "redirectUri", "createdAt", "expiresAt"],
  BrowserSession: ["tokenHash", "userId", "authenticatedAt", "expiresAt"],
  Consent: ["userId", "clientId", "scope", "resource", "grantedAt"],
} as const

type Model = keyof typeof columnsOf

/** The columns of a model for a SELECT, each under a name that tells the models of a join apart. */
export function selectOf(...models: Model[]): string {
  return models
    .flatMap((model) => columnsOf[model].map((column) => `"${model}"."${column}" AS "${model}.${column}"`))
    .join(", ")
}

/** One model's part of such a row. */
export function pick<Found>(row: Row, model: Model): Found {
  const found: Row = {}
  for (const column of columnsOf[model]) found[column] = row[`${model}.${column}`] ?? null
  return found as Found
}
