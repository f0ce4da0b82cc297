import { generateToken, hashToken } from "@/lib/protocol/random"
import { Connection } from "../load/connection"
import { seedTokens } from "../load/operations"
import { buildRefresh, readTokens, type Tokens } from "../load/requests"
import type { Target } from "../targets/target"
import { openBenchDatabase } from "./database"

/**
 * Moves Sessions to the bench's client with known refresh tokens, and refreshes each once. Introspection and refresh are then
 * measured with the tokens that the server issued.
 * @param databaseUrl the database of the running server
 */
export async function adoptSessions(target: Target, databaseUrl: string, sessionIds: string[]): Promise<void> {
  const connection = await Connection.open(target.port)
  const db = await openBenchDatabase(databaseUrl)
  try {
    const tokens: Tokens[] = []
    for (const id of sessionIds) {
      const refreshToken = `${id}.${generateToken()}`
      await db.change(
        `UPDATE "Session" SET "clientId" = ?, "refreshTokenHash" = ?, "previousRefreshTokenHash" = NULL, "rotations" = 0
          WHERE "id" = ?`,
        [target.clientId, hashToken(refreshToken), id],
      )
      tokens.push(readTokens(target, await connection.send(buildRefresh(target, "jwt", refreshToken))))
    }
    seedTokens(target, "jwt", tokens)
  } finally {
    connection.close()
    await db.close()
  }
}
