#!/usr/bin/env bash
# Open abandoned checkouts of at least an amount (default 50), with an e-mail to write to, as CSV.
set -euo pipefail
least=${1:-50}
shift || true
clientlens checkouts --status open --json "$@" |
  jq -r --argjson least "$least" '
    ["created_at", "name", "email", "total", "currency", "items"],
    (.[] | select(.email != null and .total >= $least) | [.created_at, .name, .email, .total, .currency, .items])
    | @csv'
