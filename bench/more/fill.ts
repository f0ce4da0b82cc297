import { migrate } from "@/lib/data/migrate"
import { generateId, generateTimeOrderedId, generateToken } from "@/lib/protocol/random"
import { root } from "@/lib/testing/packages"
import { redirectUri } from "../load/requests"
import { openBenchDatabase } from "./database"

export const day = 24 * 60 * 60 * 1000
const users = 1_000
const clients = 20
const rowsPerInsert = 10_000

type Filled = {
  /** The IDs of Sessions that are spread evenly by age, and so at random by key. */
  sampleIds: string[]
  /** The size of the database in bytes. */
  bytes: number
}

/**
 * Creates the tables as the server does, with started Sessions, each with its AuthCode, of 1,000 Users and 20 Clients with random
 * secrets. No server may use the database.
 * @param period the start times of the oldest and the newest Session, in milliseconds since the epoch
 * @param samples how many IDs are returned, at most
 */
export async function fillDatabase(
  databaseUrl: string,
  sessions: number,
  period: { from: number; until: number },
  samples = 0,
): Promise<Filled> {
  const startedAt = performance.now()
  const databaseProvider = databaseUrl.startsWith("file:") ? "sqlite" : "postgres"
  await migrate({ databaseUrl, databaseProvider }, root)
  const db = await openBenchDatabase(databaseUrl)
  try {
    const userRows = Array.from({ length: users }, (_, index) => makeUser(index, period.from))
    const clientRows = Array.from({ length: clients }, (_, index) => makeClient(index, period.from))
    await db.insert("User", userRows)
    await db.insert("Client", clientRows)
    const sampleIds: string[] = []
    const every = Math.max(1, sessions / Math.max(1, samples))
    for (let from = 0; from < sessions; from += rowsPerInsert) {
      const sessionRows = Array.from({ length: Math.min(rowsPerInsert, sessions - from) }, (_, i) => {
        const startedAt = Math.floor(period.from + ((period.until - period.from) * (from + i)) / sessions)
        return makeSession(pick(userRows).id, pick(clientRows).clientId, startedAt)
      })
      await db.insert("Session", sessionRows)
      await db.insert(
        "AuthCode",
        sessionRows.map(({ id, startedAt }) => makeCode(id, startedAt)),
      )
      while (sampleIds.length < samples && sampleIds.length * every < from + sessionRows.length) {
        sampleIds.push((sessionRows[Math.floor(sampleIds.length * every) - from] as { id: string }).id)
      }
    }
    const bytes = await db.settle()
    console.error(`… ${sessions} Sessions created in ${Math.round((performance.now() - startedAt) / 1000)} s`)
    return { sampleIds, bytes }
  } finally {
    await db.close()
  }
}

const pick = <Item>(items: Item[]) => items[Math.floor(Math.random() * items.length)] as Item

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
function makeSession(userId: string, clientId: string, startedAt: number) {
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
