-- AlterTable
ALTER TABLE "User" ADD COLUMN "selfRegistered" BOOLEAN NOT NULL DEFAULT false;

-- People who signed up since the audit log exists, and have never proven the address.
UPDATE "User" SET "selfRegistered" = true WHERE "emailVerifiedAt" IS NULL AND EXISTS (
    SELECT 1 FROM "AuditEvent" WHERE "AuditEvent"."userId" = "User"."id" AND "AuditEvent"."kind" = 'signed_up'
);
