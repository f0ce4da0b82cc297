-- AlterTable
ALTER TABLE "Session" ADD COLUMN     "dpopJkt" TEXT,
ALTER COLUMN "userId" DROP NOT NULL;
