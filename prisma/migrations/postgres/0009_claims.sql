-- AlterTable
ALTER TABLE "Client" ADD COLUMN "idTokenScopeClaims" BOOLEAN NOT NULL DEFAULT true;
ALTER TABLE "Client" ADD COLUMN "userinfoSignedResponseAlg" TEXT;

-- AlterTable
ALTER TABLE "Session" ADD COLUMN "claims" TEXT;
