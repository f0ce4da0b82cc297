-- The language of e-mails, links that are sent by e-mail, and the e-mails that are still to be sent.
ALTER TABLE "User" ADD COLUMN "locale" TEXT;
CREATE TABLE "EmailLink" (
    "tokenHash" TEXT NOT NULL PRIMARY KEY,
    "subject" TEXT NOT NULL,
    "purpose" TEXT NOT NULL,
    "userId" TEXT,
    "email" TEXT NOT NULL,
    "stateToken" TEXT,
    "createdAt" DATETIME NOT NULL,
    "expiresAt" DATETIME NOT NULL,
    CONSTRAINT "EmailLink_userId_fkey" FOREIGN KEY ("userId") REFERENCES "User" ("id") ON DELETE CASCADE ON UPDATE CASCADE
);
CREATE UNIQUE INDEX "EmailLink_subject_key" ON "EmailLink"("subject");
CREATE INDEX "EmailLink_userId_idx" ON "EmailLink"("userId");
CREATE INDEX "EmailLink_expiresAt_idx" ON "EmailLink"("expiresAt");
CREATE TABLE "Mail" (
    "id" TEXT NOT NULL PRIMARY KEY,
    "sealed" TEXT NOT NULL,
    "attempts" INTEGER NOT NULL DEFAULT 0,
    "nextAttemptAt" DATETIME,
    "createdAt" DATETIME NOT NULL,
    "expiresAt" DATETIME NOT NULL
);
CREATE INDEX "Mail_nextAttemptAt_idx" ON "Mail"("nextAttemptAt");
CREATE INDEX "Mail_expiresAt_idx" ON "Mail"("expiresAt");
