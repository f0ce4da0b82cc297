import { testEnvironment } from "../fixtures/environment"
import type { OwnWorld } from "../fixtures/own-world"
import { query } from "../fixtures/rows"
import { expect } from "../fixtures/world"
import type { Counts, FlowPlayer } from "./flow-player"

/** How many requests of a kind were done, with and without an answer. */
export const countDone = (counts: Counts, step: keyof Counts) => counts[step].answered + counts[step].done

/** Nothing is doubled, lost or half-written: the rows agree with the count of what the clients have seen. */
export async function checkDatabase({ databaseUrl }: OwnWorld, counts: Counts, playing: FlowPlayer[]): Promise<void> {
  const read = async (sql: string) => Number((await query(sql, [], databaseUrl))[0]?.n)
  expect(await read(`SELECT COUNT(*) AS n FROM "Session"`), "Sessions").toBe(countDone(counts, "callback"))
  expect(await read(`SELECT COUNT(*) AS n FROM "AuthCode"`), "codes").toBe(countDone(counts, "callback"))
  expect(
    await read(`SELECT COUNT(*) AS n FROM "Session" s JOIN "AuthCode" c ON c."sessionId" = s."id"`),
    "Sessions with their code",
  ).toBe(countDone(counts, "callback"))
  expect(await read(`SELECT COUNT(*) AS n FROM "Session" WHERE "startedAt" IS NOT NULL`), "started").toBe(
    countDone(counts, "token"),
  )
  expect(await read(`SELECT SUM("rotations") AS n FROM "Session"`), "rotations").toBe(countDone(counts, "refresh"))
  const revoked = await query(`SELECT "id" FROM "Session" WHERE "revokedAt" IS NOT NULL`, [], databaseUrl)
  expect(revoked.map(({ id }) => id).sort()).toEqual(playing.flatMap(({ ended }) => ended).sort())
  if (testEnvironment().provider === "sqlite") {
    expect(await query("PRAGMA integrity_check", [], databaseUrl)).toEqual([{ integrity_check: "ok" }])
  }
}
