#!/usr/bin/env bash
# Clients with an e-mail who bought the one thing and never the other, as CSV.
# Usage: cross-selling.sh [BOUGHT] [NOT-BOUGHT] [OPTION]...   (patterns: % stands for any text)
set -euo pipefail
one=${1:-%tent%} other=${2:-%sleeping bag%}
shift $(($# < 2 ? $# : 2))
# A quote inside a text of an expression is written twice.
q="'"
clientlens clients --format csv "$@" \
  --where "bought('${one//$q/$q$q}') and not bought('${other//$q/$q$q}') and email is not null"
