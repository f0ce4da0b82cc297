import { database } from "@/lib/data/database"
import type { TestProvider } from "./database"

/**
 * Makes the test database reject one kind of write to one table while a function runs.
 * @returns the error that the function threw; undefined when it threw none
 */
export async function refuseWrites(
  provider: TestProvider,
  [operation, table]: readonly [operation: "INSERT" | "UPDATE" | "DELETE", table: string],
  run: () => Promise<unknown>,
): Promise<unknown> {
  const db = await database()
  const sqlite = provider === "sqlite"
  const action = sqlite ? "BEGIN SELECT RAISE(ABORT, 'refused'); END" : "EXECUTE FUNCTION refuse()"
  if (!sqlite) {
    const body = "BEGIN RAISE EXCEPTION 'refused'; END"
    await db.$executeRawUnsafe(`CREATE OR REPLACE FUNCTION refuse() RETURNS trigger AS $$${body}$$ LANGUAGE plpgsql`)
  }
  await db.$executeRawUnsafe(`CREATE TRIGGER refuse BEFORE ${operation} ON "${table}" FOR EACH ROW ${action}`)
  try {
    await run()
  } catch (error) {
    return error
  } finally {
    await db.$executeRawUnsafe(sqlite ? "DROP TRIGGER refuse" : `DROP TRIGGER refuse ON "${table}"`)
  }
}
