-- What was recorded has another form now, and was kept for hours only.
DELETE FROM "FlowEvent";
DELETE FROM "RecordedFlow";

-- RedefineTables
PRAGMA defer_foreign_keys=ON;
PRAGMA foreign_keys=OFF;
CREATE TABLE "new_RecordedFlow" (
    "id" TEXT NOT NULL PRIMARY KEY,
    "beganAt" DATETIME NOT NULL,
    "lastAt" DATETIME NOT NULL,
    "clientId" TEXT,
    "userId" TEXT,
    "lastStep" TEXT,
    "outcome" INTEGER NOT NULL DEFAULT 0,
    "refused" INTEGER NOT NULL DEFAULT 0,
    "reason" TEXT
);
INSERT INTO "new_RecordedFlow" ("beganAt", "clientId", "id", "lastAt", "lastStep", "userId") SELECT "beganAt", "clientId", "id", "lastAt", "lastStep", "userId" FROM "RecordedFlow";
DROP TABLE "RecordedFlow";
ALTER TABLE "new_RecordedFlow" RENAME TO "RecordedFlow";
CREATE INDEX "RecordedFlow_beganAt_idx" ON "RecordedFlow"("beganAt");
CREATE INDEX "RecordedFlow_lastAt_idx" ON "RecordedFlow"("lastAt");
PRAGMA foreign_keys=ON;
PRAGMA defer_foreign_keys=OFF;
