-- AlterTable
ALTER TABLE "Client" ADD COLUMN "registrationTokenHash" TEXT;
ALTER TABLE "Client" ADD COLUMN "source" TEXT NOT NULL DEFAULT 'operator';

-- CreateIndex
CREATE INDEX "Client_source_createdAt_idx" ON "Client"("source", "createdAt");
