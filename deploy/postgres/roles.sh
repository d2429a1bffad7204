#!/usr/bin/env bash
# Two logins: the owner applies migrations, the server may do what rampart_app is granted (docs/adr/0005).
set -euo pipefail
psql --set=ON_ERROR_STOP=1 --username "$POSTGRES_USER" --dbname "$POSTGRES_DB" \
  --set=server_password="$(cat /run/secrets/database_server_password)" <<'SQL'
CREATE ROLE rampart_app NOLOGIN;
CREATE ROLE rampart_server LOGIN PASSWORD :'server_password' IN ROLE rampart_app;
SQL
