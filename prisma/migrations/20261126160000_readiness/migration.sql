-- The server asks whether the database is as it expects. It may not read the table of migrations, which tells of how the
-- database is kept; this function, which runs as its owner, says yes or no about one name.
CREATE FUNCTION is_migration_applied(name text) RETURNS boolean
LANGUAGE plpgsql STABLE SECURITY DEFINER
SET search_path = pg_catalog
AS $$
BEGIN
  RETURN EXISTS (
    SELECT FROM public."_prisma_migrations" m
    WHERE m.migration_name = name AND m.finished_at IS NOT NULL AND m.rolled_back_at IS NULL
  );
END
$$;

REVOKE EXECUTE ON FUNCTION is_migration_applied(text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION is_migration_applied(text) TO rampart_app;
