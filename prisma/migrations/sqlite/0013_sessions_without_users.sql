-- RedefineTables
PRAGMA defer_foreign_keys=ON;
PRAGMA foreign_keys=OFF;
CREATE TABLE "new_Session" (
    "id" TEXT NOT NULL PRIMARY KEY,
    "userId" TEXT,
    "clientId" TEXT NOT NULL,
    "scope" TEXT NOT NULL,
    "resource" TEXT NOT NULL DEFAULT '',
    "nonce" TEXT,
    "browserSession" TEXT,
    "claims" TEXT,
    "dpopJkt" TEXT,
    "authTime" DATETIME NOT NULL,
    "createdAt" DATETIME NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "startedAt" DATETIME,
    "revokedAt" DATETIME,
    "revokedReason" TEXT,
    "idleExpiresAt" DATETIME NOT NULL,
    "expiresAt" DATETIME NOT NULL,
    "refreshTokenHash" TEXT,
    "previousRefreshTokenHash" TEXT,
    "rotatedAt" DATETIME,
    "rotations" INTEGER NOT NULL DEFAULT 0,
    CONSTRAINT "Session_userId_fkey" FOREIGN KEY ("userId") REFERENCES "User" ("id") ON DELETE CASCADE ON UPDATE CASCADE,
    CONSTRAINT "Session_clientId_fkey" FOREIGN KEY ("clientId") REFERENCES "Client" ("clientId") ON DELETE CASCADE ON UPDATE CASCADE
);
INSERT INTO "new_Session" ("authTime", "browserSession", "claims", "clientId", "createdAt", "expiresAt", "id", "idleExpiresAt", "nonce", "previousRefreshTokenHash", "refreshTokenHash", "resource", "revokedAt", "revokedReason", "rotatedAt", "rotations", "scope", "startedAt", "userId") SELECT "authTime", "browserSession", "claims", "clientId", "createdAt", "expiresAt", "id", "idleExpiresAt", "nonce", "previousRefreshTokenHash", "refreshTokenHash", "resource", "revokedAt", "revokedReason", "rotatedAt", "rotations", "scope", "startedAt", "userId" FROM "Session";
DROP TABLE "Session";
ALTER TABLE "new_Session" RENAME TO "Session";
CREATE INDEX "Session_userId_clientId_idx" ON "Session"("userId", "clientId");
CREATE INDEX "Session_clientId_idx" ON "Session"("clientId");
CREATE INDEX "Session_idleExpiresAt_idx" ON "Session"("idleExpiresAt");
PRAGMA foreign_keys=ON;
PRAGMA defer_foreign_keys=OFF;
