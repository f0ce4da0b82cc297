-- What was recorded has another form now, and was kept for hours only.
DELETE FROM "FlowEvent";
DELETE FROM "RecordedFlow";

-- AlterTable
ALTER TABLE "RecordedFlow" DROP COLUMN "failure",
ADD COLUMN     "outcome" INTEGER NOT NULL DEFAULT 0,
ADD COLUMN     "reason" TEXT,
ADD COLUMN     "refused" INTEGER NOT NULL DEFAULT 0;
