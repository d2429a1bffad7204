-- CreateTable
CREATE TABLE "SecurityAlert" (
    "id" UUID NOT NULL,
    "organizationId" UUID,
    "point" TEXT NOT NULL,
    "severity" TEXT NOT NULL,
    "subject" TEXT NOT NULL,
    "count" INTEGER NOT NULL,
    "reactions" TEXT[],
    "occurredAt" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "SecurityAlert_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "SecurityMeasure" (
    "id" UUID NOT NULL,
    "organizationId" UUID,
    "subject" TEXT NOT NULL,
    "kind" TEXT NOT NULL,
    "point" TEXT NOT NULL,
    "createdAt" TIMESTAMPTZ(3) NOT NULL,
    "expiresAt" TIMESTAMPTZ(3) NOT NULL,
    "liftedAt" TIMESTAMPTZ(3),
    "liftedById" UUID,

    CONSTRAINT "SecurityMeasure_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "SecurityAlert_organizationId_id_idx" ON "SecurityAlert"("organizationId", "id");

-- CreateIndex
CREATE INDEX "SecurityAlert_occurredAt_idx" ON "SecurityAlert"("occurredAt");

-- CreateIndex
CREATE INDEX "SecurityMeasure_expiresAt_idx" ON "SecurityMeasure"("expiresAt");

-- CreateIndex
CREATE INDEX "SecurityMeasure_organizationId_id_idx" ON "SecurityMeasure"("organizationId", "id");

-- What the server may do. Take away what it does not need.
GRANT SELECT, INSERT, UPDATE, DELETE ON "SecurityAlert" TO rampart_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON "SecurityMeasure" TO rampart_app;

-- What the server may do. An alert stays as it was raised; a measure may be lifted.
GRANT SELECT, INSERT, DELETE ON "SecurityAlert" TO rampart_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON "SecurityMeasure" TO rampart_app;

-- Every instance keeps what is in force in memory.
CREATE FUNCTION notify_measures_change() RETURNS trigger
LANGUAGE plpgsql
SET search_path = pg_catalog
AS $$
BEGIN
  PERFORM pg_notify('measures_changed', '');
  RETURN NULL;
END $$;

CREATE TRIGGER measures_changed AFTER INSERT OR UPDATE OR DELETE ON "SecurityMeasure" FOR EACH STATEMENT
EXECUTE FUNCTION notify_measures_change();
