-- CreateTable
CREATE TABLE "OperatorSession" (
    "tokenHash" TEXT NOT NULL,
    "enteredAt" TIMESTAMP(3),
    "expiresAt" TIMESTAMP(3) NOT NULL,

    CONSTRAINT "OperatorSession_pkey" PRIMARY KEY ("tokenHash")
);

-- CreateTable
CREATE TABLE "FlowEvent" (
    "seq" BIGINT NOT NULL,
    "flowId" TEXT NOT NULL,
    "data" TEXT NOT NULL,

    CONSTRAINT "FlowEvent_pkey" PRIMARY KEY ("seq")
);

-- CreateTable
CREATE TABLE "RecordedFlow" (
    "id" TEXT NOT NULL,
    "beganAt" TIMESTAMP(3) NOT NULL,
    "lastAt" TIMESTAMP(3) NOT NULL,
    "clientId" TEXT,
    "userId" TEXT,
    "lastStep" TEXT,
    "failure" TEXT,

    CONSTRAINT "RecordedFlow_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "OperatorSession_expiresAt_idx" ON "OperatorSession"("expiresAt");

-- CreateIndex
CREATE INDEX "FlowEvent_flowId_seq_idx" ON "FlowEvent"("flowId", "seq");

-- CreateIndex
CREATE INDEX "RecordedFlow_beganAt_idx" ON "RecordedFlow"("beganAt");

-- CreateIndex
CREATE INDEX "RecordedFlow_lastAt_idx" ON "RecordedFlow"("lastAt");
