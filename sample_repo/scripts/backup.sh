#!/bin/sh
# Pack the catalogue, the settings and the thumbnails into one archive.
# The videos are not packed: they have a backup of their own.
# Usage: scripts/backup.sh [target folder]
set -eu

root=$(cd "$(dirname "$0")/.." && pwd)
target=${1:-"$root/backups"}
archive="$target/musicvideos-$(date +%Y%m%d).tar.gz"

mkdir -p "$target"
set -- config data/thumbnails
if [ -f "$root/data/catalogue.db" ]; then
    set -- "$@" data/catalogue.db
fi
tar -czf "$archive" -C "$root" "$@"
echo "wrote $archive"
