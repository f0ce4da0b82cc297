-- AlterTable
ALTER TABLE "RecordedFlow" RENAME COLUMN "beganAt" TO "startedAt";

-- RenameIndex
ALTER INDEX "RecordedFlow_beganAt_idx" RENAME TO "RecordedFlow_startedAt_idx";
