#!/usr/bin/env bash
# Import every CSV of a folder as one transaction. For cron:
#   15 6 * * *  CLIENTLENS_WORKSPACE=$HOME/shop/.clientlens /path/to/import-folder.sh $HOME/shop/exports
# Prints nothing when all went in. Rows that cannot be read are written to files in a folder of their own (under
# TMPDIR), one for each format; the exit code is clientlens' own.
set -euo pipefail
folder=${1:?usage: import-folder.sh FOLDER}
rejects=$(mktemp -d "${TMPDIR:-/tmp}/rejects-XXXXXX")
status=0
answer=$(clientlens --quiet import "$folder"/*.csv --json --rejects "$rejects/rejects.csv") || status=$?
if [ "$status" -eq 1 ]; then
  jq -r '"\(.orders_added) orders added, \(.orders_updated) updated, \(.rows_set_aside) rows set aside"' <<<"$answer"
  printf 'to correct and import again: %s\n' "$rejects"/*
else
  rmdir "$rejects"
fi
exit "$status"
