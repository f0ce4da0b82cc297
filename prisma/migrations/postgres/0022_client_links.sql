-- What the consent page shows of a client: its logo and links.
ALTER TABLE "Client" ADD COLUMN "logoUri" TEXT;
ALTER TABLE "Client" ADD COLUMN "clientUri" TEXT;
ALTER TABLE "Client" ADD COLUMN "policyUri" TEXT;
ALTER TABLE "Client" ADD COLUMN "tosUri" TEXT;
