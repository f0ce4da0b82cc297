-- Rotation of SECRET, and work that one instance does at a time.
CREATE TABLE "Secret" (
    "id" TEXT NOT NULL PRIMARY KEY,
    "lastUsedAt" TIMESTAMP(3) NOT NULL
);
CREATE TABLE "Lease" (
    "name" TEXT NOT NULL PRIMARY KEY,
    "holder" TEXT NOT NULL,
    "expiresAt" TIMESTAMP(3) NOT NULL
);
