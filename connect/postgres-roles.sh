#!/bin/sh
# Run once by the Postgres image on an empty volume: the logins that the migrations don't make,
# because they carry passwords.
set -eu
psql -v ON_ERROR_STOP=1 --username "$POSTGRES_USER" --dbname "$POSTGRES_DB" \
  -v cdc="$CDC_PASSWORD" -v service="$SERVICE_PASSWORD" <<'SQL'
create role counterfoil_app;
create role counterfoil_projector;
create role counterfoil_reader;
create role counterfoil_cdc login replication password :'cdc';
create role counterfoil_service login password :'service';
grant counterfoil_app, counterfoil_projector, counterfoil_reader to counterfoil_service;
SQL
