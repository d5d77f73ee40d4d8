#!/bin/sh
# Back the database up into FOLDER, and keep the newest KEEP back-ups there.
#
#   deploy/backup.sh [FOLDER] [KEEP]      default: backups 14
#
# With PGHOST set, pg_dump from PATH is used (PGHOST, PGPORT, PGUSER, PGPASSWORD, PGDATABASE); without,
# that of the postgres service of docker-compose.yml. The file is in pg_dump's custom format, readable
# by its owner alone; beside it stands its checksum, since pg_restore does not notice when the end of a
# file is missing. OO_ENCRYPTION_KEYS are not in it, and without them the tokens in it are dead: keep
# the keys elsewhere, so that who finds the one does not have the other.
set -eu
umask 077

folder=${1:-backups}
keep=${2:-14}
database=${PGDATABASE:-oo}

case $keep in
    '' | *[!0-9]* | 0) echo "KEEP must be a number above 0." >&2; exit 2 ;;
esac

pg() {
    if [ -n "${PGHOST:-}" ]; then "$@"; else docker compose exec -T postgres "$@"; fi
}

mkdir -p "$folder"
file=$folder/oo-$(date -u +%Y%m%dT%H%M%SZ).dump
partial=$file.partial
trap 'rm -f "$partial"' EXIT
[ ! -e "$file" ] || { echo "$file is there already." >&2; exit 1; }

pg pg_dump --format=custom --no-owner --no-privileges "$database" > "$partial"
# A file that cannot be read back is no back-up.
pg pg_restore --list < "$partial" > /dev/null
cksum < "$partial" > "$file.cksum"
mv "$partial" "$file"

# Names sort by time. Older ones go only after the new one is whole.
for old in $(cd "$folder" && ls -1 oo-*.dump | sort -r | tail -n "+$((keep + 1))"); do
    rm -f "$folder/$old" "$folder/$old.cksum"
done
echo "$file"
