-- CreateTable
CREATE TABLE "ScopeDescription" (
    "scope" TEXT NOT NULL,
    "description" TEXT NOT NULL,

    CONSTRAINT "ScopeDescription_pkey" PRIMARY KEY ("scope")
);
