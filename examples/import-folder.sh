#!/usr/bin/env bash
# Import every CSV of a folder as one transaction. For cron:
#   15 6 * * *  CLIENTLENS_WORKSPACE=$HOME/shop/.clientlens /path/to/import-folder.sh $HOME/shop/exports
# Rows that cannot be read are written beside the exports; the exit code is clientlens' own.
set -euo pipefail
folder=${1:?usage: import-folder.sh FOLDER}
rejects=$(mktemp -u "${TMPDIR:-/tmp}/rejects-XXXXXX.csv")
status=0
clientlens --quiet import "$folder"/*.csv --json --rejects "$rejects" |
  jq -r '"\(.orders_added) orders added, \(.orders_updated) updated, \(.rows_set_aside) rows set aside"' || status=$?
[ ! -e "$rejects" ] || echo "to correct and import again: $rejects"
exit "$status"
