-- AlterTable
ALTER TABLE "Client" ADD COLUMN     "backchannelLogoutUri" TEXT;

-- AlterTable
ALTER TABLE "Session" ADD COLUMN     "browserSession" TEXT;

-- CreateTable
CREATE TABLE "LogoutNotification" (
    "sessionId" TEXT NOT NULL,
    "clientId" TEXT NOT NULL,
    "userId" TEXT NOT NULL,
    "attempts" INTEGER NOT NULL DEFAULT 0,
    "nextAttemptAt" TIMESTAMP(3) NOT NULL,

    CONSTRAINT "LogoutNotification_pkey" PRIMARY KEY ("sessionId")
);

-- CreateIndex
CREATE INDEX "LogoutNotification_nextAttemptAt_idx" ON "LogoutNotification"("nextAttemptAt");
