-- DropIndex
DROP INDEX "AuthCode_sessionId_key";

-- DropIndex
DROP INDEX "AuthCode_stateTokenId_key";

-- AlterTable
ALTER TABLE "AuthCode" DROP CONSTRAINT "AuthCode_pkey",
DROP COLUMN "stateTokenId",
ADD CONSTRAINT "AuthCode_pkey" PRIMARY KEY ("sessionId");
