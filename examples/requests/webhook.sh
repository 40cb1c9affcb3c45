#!/usr/bin/env bash
# Behind a shop's webhook: one incoming order (or request) as JSON on stdin, one line of JSON on stdout; of several, a line
# each, one line of JSON for each that could be read, in their order:
#   {"order":"order:1042","hold":true,"decision":"request","reasons":["new_client","in_hours"]}
# What is held is kept as a request ('clientlens requests list'). An order that cannot be read is held as well, since
# somebody has to look at it: its reasons are ["unreadable"] where there is no other, what is wrong and in which line is on stderr, and the exit code is
# clientlens' (1: some could not be read, 3: none could).
# RULES names another rules file than the one beside this script, STORE the store that the orders are of.
set -uo pipefail
rules=${RULES:-$(dirname "$0")/rules.toml}
status=0
answer=$(clientlens requests screen - --quiet --rules "$rules" --store "${STORE:-main}" --record -f jsonl) || status=$?
if [ -z "$answer" ]; then
  printf '{"order":null,"hold":true,"decision":"request","reasons":["unreadable"]}\n'
  exit "$status"
fi
jq -c '{order: .request_id, hold: (.decision == "request"), decision, reasons}' <<<"$answer" || exit
exit "$status"
