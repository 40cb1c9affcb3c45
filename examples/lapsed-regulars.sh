#!/usr/bin/env bash
# Clients with at least three completed orders, the last one more than 180 days ago; the most valuable price first.
set -euo pipefail
clientlens insights --json "$@" |
  jq -r '.[]
    | select(.completed_orders >= 3)
    | (.as_of[0:10] | strptime("%Y-%m-%d") | mktime) as $today
    | (.last_order_date | strptime("%Y-%m-%d") | mktime) as $last
    | select(($today - $last) / 86400 > 180)
    | [.last_order_date, .completed_orders, .average_order_price, .currency, (.name // .email), .preferred_service]
    | @tsv' | sort
