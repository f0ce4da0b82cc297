import BetterSqlite3 from "better-sqlite3"
import { columnNames } from "@/lib/data/columns"
import { migrate } from "@/lib/data/migrate"
import { generateId, generateTimeOrderedId, generateToken } from "@/lib/protocol/random"
import { root } from "@/lib/testing/packages"
import { redirectUri } from "../load/requests"

type Value = string | number | null
type Model = "User" | "Client" | "Session" | "AuthCode"

export const day = 24 * 60 * 60 * 1000
const users = 1_000
const clients = 20
const rowsPerTransaction = 50_000

/**
 * Creates an SQLite file as the server does, with started Sessions, each with its AuthCode, of 1,000 Users and 20 Clients
 * with random secrets. No server may have the file open.
 * @param period the start times of the oldest and the newest Session, in milliseconds since the epoch
 */
export async function fillDatabase(
  file: string,
  sessions: number,
  period: { from: number; until: number },
): Promise<void> {
  const startedAt = performance.now()
  await migrate({ databaseUrl: `file:${file}`, databaseProvider: "sqlite" }, root)
  const db = new BetterSqlite3(file)
  // An incomplete file is thrown away, and the rows are consistent, so neither syncs nor checks are needed.
  for (const pragma of ["synchronous = OFF", "foreign_keys = OFF", "cache_size = -1000000"]) db.pragma(pragma)
  try {
    const insert = {
      user: prepareInsert(db, "User"),
      client: prepareInsert(db, "Client"),
      session: prepareInsert(db, "Session"),
      code: prepareInsert(db, "AuthCode"),
    }
    const userIds = Array.from({ length: users }, (_, index) => insert.user(makeUser(index, period.from)))
    const clientIds = Array.from({ length: clients }, (_, index) => insert.client(makeClient(index, period.from)))
    const fill = db.transaction((from: number, until: number) => {
      for (let index = from; index < until; index++) {
        const startedAt = Math.floor(period.from + ((period.until - period.from) * index) / sessions)
        const id = insert.session(makeSession(pick(userIds), pick(clientIds), startedAt))
        insert.code(makeCode(id, startedAt))
      }
    })
    for (let from = 0; from < sessions; from += rowsPerTransaction) {
      fill(from, Math.min(sessions, from + rowsPerTransaction))
    }
    db.pragma("wal_checkpoint(TRUNCATE)")
  } finally {
    db.close()
  }
  console.error(`… ${sessions} Sessions created in ${Math.round((performance.now() - startedAt) / 1000)} s`)
}

const pick = (values: string[]) => values[Math.floor(Math.random() * values.length)] as string

/** @returns a function that inserts a row and returns the value of its first column, the key */
function prepareInsert(db: BetterSqlite3.Database, model: Model): (row: Record<string, Value>) => string {
  const columns = columnNames(model)
  const [key = ""] = columns
  const names = columns.map((column) => `"${column}"`).join(", ")
  const statement = db.prepare(`INSERT INTO "${model}" (${names}) VALUES (${columns.map(() => "?").join(", ")})`)
  return (row) => {
    statement.run(...columns.map((column) => row[column] ?? null))
    return String(row[key])
  }
}

/** The hash of an unknown password. */
const passwordHash = "$2b$12$cZGcTO5pV1XlLTONawsFpeUvjLwOi0uTopU/XCI.b63CeKgBc1SEW"

const makeUser = (index: number, createdAt: number) => ({
  id: generateId(),
  email: `user-${index}@example.com`,
  passwordHash,
  createdAt,
})

const makeClient = (index: number, createdAt: number) => ({
  clientId: generateId(),
  clientName: `Client ${index}`,
  clientSecretHash: generateToken(),
  tokenEndpointAuthMethod: "client_secret_basic",
  redirectUris: redirectUri,
  postLogoutRedirectUris: "",
  origins: "",
  grantTypes: "authorization_code refresh_token",
  scope: "openid profile email",
  idTokenSignedResponseAlg: "ES256",
  firstParty: 1,
  resourceServer: 0,
  resources: "",
  requirePkce: 1,
  createdAt,
})

/** A Session with the default lifetimes, refreshed a few times on its first day. */
function makeSession(userId: string, clientId: string, startedAt: number): Record<string, Value> {
  const rotations = Math.floor(Math.random() * 20)
  return {
    id: generateTimeOrderedId(new Date(startedAt - 1_000)),
    userId,
    clientId,
    scope: "openid",
    resource: "",
    authTime: startedAt - 10_000,
    createdAt: startedAt - 1_000,
    startedAt,
    idleExpiresAt: startedAt + 30 * day,
    expiresAt: startedAt + 90 * day,
    refreshTokenHash: generateToken(),
    previousRefreshTokenHash: rotations > 0 ? generateToken() : null,
    rotatedAt: rotations > 0 ? Math.min(startedAt + rotations * 600_000, Date.now()) : null,
    rotations,
  }
}

const makeCode = (sessionId: string, startedAt: number) => ({
  codeHash: generateToken(),
  sessionId,
  codeChallenge: generateToken(),
  redirectUri,
  createdAt: startedAt - 1_000,
  expiresAt: startedAt + 59_000,
})
