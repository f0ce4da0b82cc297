import { readdirSync, readFileSync } from "node:fs"
import path from "node:path"
import BetterSqlite3 from "better-sqlite3"
import { expect, test } from "vitest"
import { root } from "@/lib/testing/packages"

test("migration 0026 marks the users who signed up without proving their address, and no others", () => {
  const folder = path.join(root, "prisma/migrations/sqlite")
  const files = readdirSync(folder).sort()
  const at = files.findIndex((name) => name.startsWith("0026_"))
  const db = new BetterSqlite3(":memory:")
  const apply = (names: string[]) => {
    for (const name of names) db.exec(readFileSync(path.join(folder, name), "utf8"))
  }
  apply(files.slice(0, at))
  const users: [id: string, verified: string, kind: string][] = [
    ["claimed", "NULL", "signed_up"],
    ["proven", "1", "signed_up"],
    ["entered", "NULL", "user_created"],
  ]
  for (const [id, verified, kind] of users) {
    db.exec(
      `INSERT INTO "User" ("id", "email", "passwordHash", "emailVerifiedAt") VALUES ('${id}', '${id}', '', ${verified})`,
    )
    db.exec(
      `INSERT INTO "AuditEvent" ("id", "at", "kind", "actor", "userId") VALUES ('${id}', 1, '${kind}', 'user', '${id}')`,
    )
  }
  apply(files.slice(at, at + 1))
  expect(db.prepare(`SELECT "id" FROM "User" WHERE "selfRegistered"`).pluck().all()).toEqual(["claimed"])
  db.close()
})
