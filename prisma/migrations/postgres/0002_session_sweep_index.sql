-- DropIndex
DROP INDEX "Session_expiresAt_idx";
