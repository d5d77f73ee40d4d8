#!/bin/sh
# Restore a back-up into an empty database: all of it, or nothing.
#
#   deploy/restore.sh FILE
#
# The database is chosen as in backup.sh. One that holds a table already is refused.
set -eu

file=${1:?usage: restore.sh FILE}
database=${PGDATABASE:-oo}

pg() {
    if [ -n "${PGHOST:-}" ]; then "$@"; else docker compose exec -T postgres "$@"; fi
}

[ -r "$file" ] || { echo "$file cannot be read." >&2; exit 2; }
if [ -r "$file.cksum" ]; then
    [ "$(cksum < "$file")" = "$(cat "$file.cksum")" ] || {
        echo "$file is damaged: it does not fit $file.cksum. Nothing was changed." >&2
        exit 4
    }
else
    echo "No $file.cksum: whether the file is whole cannot be told." >&2
fi

tables=$(pg psql --no-psqlrc --tuples-only --no-align --dbname "$database" --command "
    SELECT count(*) FROM pg_class JOIN pg_namespace ON pg_namespace.oid = relnamespace
    WHERE relkind IN ('r', 'p', 'S', 'v', 'm') AND nspname <> 'information_schema'
      AND nspname NOT LIKE 'pg\\_%'" < /dev/null)
if [ "$tables" != 0 ]; then
    echo "The database \"$database\" is not empty ($tables relations). Nothing was changed." >&2
    exit 3
fi
pg pg_restore --exit-on-error --single-transaction --no-owner --no-privileges \
    --dbname "$database" < "$file"
echo "Restored $file."
