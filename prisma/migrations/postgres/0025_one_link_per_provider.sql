-- A User has one account at each provider, so that unlinking it leaves no other.
DELETE FROM "LinkedAccount" WHERE EXISTS (
    SELECT 1 FROM "LinkedAccount" AS "earlier"
    WHERE "earlier"."userId" = "LinkedAccount"."userId" AND "earlier"."providerId" = "LinkedAccount"."providerId"
        AND ("earlier"."createdAt" < "LinkedAccount"."createdAt"
            OR ("earlier"."createdAt" = "LinkedAccount"."createdAt" AND "earlier"."subject" < "LinkedAccount"."subject"))
);
DROP INDEX "LinkedAccount_userId_idx";
CREATE UNIQUE INDEX "LinkedAccount_userId_providerId_key" ON "LinkedAccount"("userId", "providerId");
