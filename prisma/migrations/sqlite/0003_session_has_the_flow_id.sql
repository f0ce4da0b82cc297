-- RedefineTables
PRAGMA defer_foreign_keys=ON;
PRAGMA foreign_keys=OFF;
CREATE TABLE "new_AuthCode" (
    "sessionId" TEXT NOT NULL PRIMARY KEY,
    "codeHash" TEXT NOT NULL,
    "codeChallenge" TEXT,
    "redirectUri" TEXT NOT NULL,
    "createdAt" DATETIME NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "expiresAt" DATETIME NOT NULL,
    CONSTRAINT "AuthCode_sessionId_fkey" FOREIGN KEY ("sessionId") REFERENCES "Session" ("id") ON DELETE CASCADE ON UPDATE CASCADE
);
INSERT INTO "new_AuthCode" ("codeChallenge", "codeHash", "createdAt", "expiresAt", "redirectUri", "sessionId") SELECT "codeChallenge", "codeHash", "createdAt", "expiresAt", "redirectUri", "sessionId" FROM "AuthCode";
DROP TABLE "AuthCode";
ALTER TABLE "new_AuthCode" RENAME TO "AuthCode";
PRAGMA foreign_keys=ON;
PRAGMA defer_foreign_keys=OFF;
