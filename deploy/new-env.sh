#!/bin/sh
# Write .env for an installation that is reached at HOST, with secrets made for it alone.
#
#   sh deploy/new-env.sh oo.example.com
#
# Never overwrites: the encryption keys in an old .env open what is in the database.
set -eu
umask 077

here=$(cd "$(dirname "$0")/.." && pwd)
host=${1:?usage: new-env.sh HOST [FILE]}
file=${2:-$here/.env}

case $host in
    *[!A-Za-z0-9.-]*) echo "HOST must be a name alone, such as oo.example.com." >&2; exit 2 ;;
esac

# 32 random bytes in base64url; the padding stays, the encryption keys want it.
key() { head -c 32 /dev/urandom | base64 | tr -d '\n' | tr '+/' '-_'; }
word() { key | tr -d '='; }

if [ -e "$file" ]; then
    echo "$file is there already; it is left as it is." >&2
    exit 1
fi
sed -e "s|^OO_HOST=.*|OO_HOST=$host|" \
    -e "s|^OO_SECRET_KEY=.*|OO_SECRET_KEY=$(word)$(word)|" \
    -e "s|^OO_ENCRYPTION_KEYS=.*|OO_ENCRYPTION_KEYS=$(key)|" \
    -e "s|^#OO_VAPID_KEY=.*|OO_VAPID_KEY=$(key)|" \
    -e "s|^POSTGRES_PASSWORD=.*|POSTGRES_PASSWORD=$(word)|" \
    "$here/.env.example" > "$file"
echo "$file is written. Keep a copy of its OO_ENCRYPTION_KEYS apart from the back-ups." >&2
