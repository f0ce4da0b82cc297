-- Authenticator apps (TOTP) and recovery codes.
ALTER TABLE "User" ADD COLUMN "totp" TEXT;
ALTER TABLE "User" ADD COLUMN "totpStep" INTEGER NOT NULL DEFAULT 0;
ALTER TABLE "Client" ADD COLUMN "requireSecondFactor" BOOLEAN NOT NULL DEFAULT false;
CREATE TABLE "RecoveryCode" (
    "userId" TEXT NOT NULL,
    "codeHash" TEXT NOT NULL,
    "usedAt" DATETIME,
    PRIMARY KEY ("userId", "codeHash"),
    CONSTRAINT "RecoveryCode_userId_fkey" FOREIGN KEY ("userId") REFERENCES "User" ("id") ON DELETE CASCADE ON UPDATE CASCADE
);
