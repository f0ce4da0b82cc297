-- The security history of accounts becomes part of the audit log, which outlives the accounts.
CREATE TABLE "AuditEvent" (
    "id" TEXT NOT NULL PRIMARY KEY,
    "at" DATETIME NOT NULL,
    "kind" TEXT NOT NULL,
    "actor" TEXT NOT NULL,
    "userId" TEXT,
    "clientId" TEXT,
    "address" TEXT,
    "browser" TEXT,
    "os" TEXT,
    "flowId" TEXT,
    "detail" TEXT
);
CREATE INDEX "AuditEvent_userId_at_idx" ON "AuditEvent"("userId", "at");
CREATE INDEX "AuditEvent_at_idx" ON "AuditEvent"("at");
INSERT INTO "AuditEvent" ("id", "at", "kind", "actor", "userId", "browser", "os", "detail")
    SELECT "id", "at", "kind", 'user', "userId", "browser", "os", "detail" FROM "SecurityEvent";
DROP TABLE "SecurityEvent";
