-- AlterTable
ALTER TABLE "Client" ADD COLUMN "strictScope" BOOLEAN NOT NULL DEFAULT false;

-- AlterTable
ALTER TABLE "User" ADD COLUMN "claims" TEXT NOT NULL DEFAULT '{}';
ALTER TABLE "User" ADD COLUMN "emailVerifiedAt" DATETIME;
