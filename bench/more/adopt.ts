import BetterSqlite3 from "better-sqlite3"
import { generateToken, hashToken } from "@/lib/protocol/random"
import { Connection } from "../load/connection"
import { seedTokens } from "../load/operations"
import { buildRefresh, readTokens, type Tokens } from "../load/requests"
import type { Target } from "../targets/target"

/**
 * Moves Sessions from all over the table to the bench's client with known refresh tokens, and refreshes each once.
 * Introspection and refresh are then measured with the tokens that the server issued.
 * @param file the SQLite file of the running server
 * @param count the maximum number of Sessions
 */
export async function adoptSessions(target: Target, file: string, count: number): Promise<void> {
  const connection = await Connection.open(target.port)
  try {
    const tokens: Tokens[] = []
    for (const refreshToken of writeRefreshTokens(target.clientId, file, count)) {
      tokens.push(readTokens(target, await connection.send(buildRefresh(target, "jwt", refreshToken))))
    }
    seedTokens(target, "jwt", tokens)
  } finally {
    connection.close()
  }
}

/** @returns refresh tokens of Sessions that are spread evenly by age, and so at random by key */
function writeRefreshTokens(clientId: string, file: string, count: number): string[] {
  const db = new BetterSqlite3(file, { timeout: 30_000 })
  try {
    const total = db.prepare<[], number>(`SELECT COUNT(*) FROM "Session"`).pluck().get() ?? 0
    const find = db.prepare<[number], string>(`SELECT "id" FROM "Session" WHERE rowid = ?`).pluck()
    const change = db.prepare(
      `UPDATE "Session" SET "clientId" = ?, "refreshTokenHash" = ?, "previousRefreshTokenHash" = NULL, "rotations" = 0
        WHERE "id" = ?`,
    )
    const adopt = db.transaction(() =>
      Array.from({ length: Math.min(count, total) }, (_, index) => {
        // Row numbers start at 1 and follow the order of insertion.
        const id = find.get(1 + Math.floor((index * total) / Math.min(count, total)))
        if (id === undefined) throw new Error("The Sessions do not have the expected row numbers.")
        const refreshToken = `${id}.${generateToken()}`
        change.run(clientId, hashToken(refreshToken), id)
        return refreshToken
      }),
    )
    return adopt.immediate()
  } finally {
    db.close()
  }
}
