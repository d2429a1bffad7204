-- CreateTable
CREATE TABLE "RouteUse" (
    "route" TEXT NOT NULL,
    "lastUsedAt" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "RouteUse_pkey" PRIMARY KEY ("route")
);

-- Written by the server, never emptied by it. An upsert reads what it compares with.
GRANT SELECT, INSERT, UPDATE ON "RouteUse" TO rampart_app;
