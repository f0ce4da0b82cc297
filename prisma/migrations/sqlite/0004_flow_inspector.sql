-- CreateTable
CREATE TABLE "OperatorSession" (
    "tokenHash" TEXT NOT NULL PRIMARY KEY,
    "enteredAt" DATETIME,
    "expiresAt" DATETIME NOT NULL
);

-- CreateTable
CREATE TABLE "FlowEvent" (
    "seq" BIGINT NOT NULL PRIMARY KEY,
    "flowId" TEXT NOT NULL,
    "data" TEXT NOT NULL
);

-- CreateTable
CREATE TABLE "RecordedFlow" (
    "id" TEXT NOT NULL PRIMARY KEY,
    "beganAt" DATETIME NOT NULL,
    "lastAt" DATETIME NOT NULL,
    "clientId" TEXT,
    "userId" TEXT,
    "lastStep" TEXT,
    "failure" TEXT
);

-- CreateIndex
CREATE INDEX "OperatorSession_expiresAt_idx" ON "OperatorSession"("expiresAt");

-- CreateIndex
CREATE INDEX "FlowEvent_flowId_seq_idx" ON "FlowEvent"("flowId", "seq");

-- CreateIndex
CREATE INDEX "RecordedFlow_beganAt_idx" ON "RecordedFlow"("beganAt");

-- CreateIndex
CREATE INDEX "RecordedFlow_lastAt_idx" ON "RecordedFlow"("lastAt");
