-- AlterTable
ALTER TABLE "Client" ADD COLUMN "requirePushedRequests" BOOLEAN NOT NULL DEFAULT false;
