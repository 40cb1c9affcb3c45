#!/usr/bin/env bash
# Last week's best clients: rank, change against the week before, name, amount.
set -euo pipefail
clientlens leaderboard --window last-week --top 10 --json "$@" |
  jq -r '.[] | [
      .rank,
      (if .previous_rank == null then "new" elif .rank_change > 0 then "+\(.rank_change)" else "\(.rank_change)" end),
      .name // .email,
      "\(.total_spend) \(.currency)"
    ] | @tsv'
