#!/usr/bin/env bash
# What waits for a decision, the oldest first, and offers that end within two days. For a mail of every morning.
set -euo pipefail
clientlens --quiet requests list --status requested --json |
  jq -r 'sort_by(.requested_at)[] | "\(.requested_at[:16] | sub("T"; " "))  \(.request_id)  \(.name // .email // "?")  \(.service // "")"'
clientlens --quiet requests report --within 2d --json |
  jq -r '.ending[] | "offer ends \(.expires_at[:16] | sub("T"; " "))  \(.request_id)  \(.name // "?")"'
