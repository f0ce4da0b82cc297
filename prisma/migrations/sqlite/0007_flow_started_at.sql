-- AlterTable
ALTER TABLE "RecordedFlow" RENAME COLUMN "beganAt" TO "startedAt";

-- RenameIndex
DROP INDEX "RecordedFlow_beganAt_idx";
CREATE INDEX "RecordedFlow_startedAt_idx" ON "RecordedFlow"("startedAt");
