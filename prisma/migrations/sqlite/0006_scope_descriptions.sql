-- CreateTable
CREATE TABLE "ScopeDescription" (
    "scope" TEXT NOT NULL PRIMARY KEY,
    "description" TEXT NOT NULL
);
