-- DropIndex
DROP INDEX "AuthCode_sessionId_key";

-- AlterTable
ALTER TABLE "AuthCode" DROP CONSTRAINT "AuthCode_pkey",
ADD CONSTRAINT "AuthCode_pkey" PRIMARY KEY ("sessionId");
