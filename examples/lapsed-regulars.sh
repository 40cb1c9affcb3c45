#!/usr/bin/env bash
# Clients with at least three completed orders, the last one more than 180 days ago, the longest silent first.
set -euo pipefail
clientlens insights --where "completed_orders >= 3 and last_order_date < as_of - interval '180 days'" --json "$@" |
  jq -r '.[]
    | [.last_order_date, .completed_orders, .average_order_price, .currency, (.name // .email), .preferred_service]
    | @tsv' | sort
