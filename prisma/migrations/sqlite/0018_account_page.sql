-- What the account page shows: signed-in browsers and what happened to the account; and how a User signed in.
ALTER TABLE "BrowserSession" ADD COLUMN "lastUsedAt" DATETIME;
ALTER TABLE "BrowserSession" ADD COLUMN "browser" TEXT;
ALTER TABLE "BrowserSession" ADD COLUMN "os" TEXT;
ALTER TABLE "BrowserSession" ADD COLUMN "amr" TEXT NOT NULL DEFAULT 'pwd';
ALTER TABLE "Session" ADD COLUMN "amr" TEXT NOT NULL DEFAULT 'pwd';
CREATE TABLE "SecurityEvent" (
    "id" TEXT NOT NULL PRIMARY KEY,
    "userId" TEXT NOT NULL,
    "kind" TEXT NOT NULL,
    "at" DATETIME NOT NULL,
    "browser" TEXT,
    "os" TEXT,
    "detail" TEXT,
    CONSTRAINT "SecurityEvent_userId_fkey" FOREIGN KEY ("userId") REFERENCES "User" ("id") ON DELETE CASCADE ON UPDATE CASCADE
);
CREATE INDEX "SecurityEvent_userId_at_idx" ON "SecurityEvent"("userId", "at");
CREATE INDEX "SecurityEvent_at_idx" ON "SecurityEvent"("at");
