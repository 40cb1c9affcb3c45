#!/usr/bin/env bash
# Make the letters of one or several campaigns, once each: what cron calls (see crontab beside this file).
#
#   letters.sh CAMPAIGN.toml...
#
# CLIENTLENS_WORKSPACE  the workspace; unset: as clientlens finds it from the folder that cron starts in
# CLIENTLENS            the program                            [default: clientlens]
# LETTERS_LOG           what each run did, a line each         [default: ~/.local/state/clientlens/letters.log]
# LETTERS_MAIL_TO       who is written to when something needs a person; unset: it is printed, so that cron mails it
# LETTERS_TELL          1: also when there are new letters to be printed, and where they lie
# LETTERS_IMPORT        a folder whose *.csv are imported first, if it holds any; unset: nothing is
#
# Else quiet when all went well. Never two at once: a second one ends at once and says so in the log. The exit code is the
# worst of clientlens' own: 0 fine, 1 letters or rows were set aside, 2 a slip in a campaign's file, 3 an export that
# cannot be read (then no letter is made from old data), 4 the workspace.
set -euo pipefail
umask 077
[ $# -gt 0 ] || { echo "usage: letters.sh CAMPAIGN.toml..." >&2; exit 2; }

program=${CLIENTLENS:-clientlens}
log=${LETTERS_LOG:-${XDG_STATE_HOME:-$HOME/.local/state}/clientlens/letters.log}
mkdir -p "$(dirname "$log")"
said=$(mktemp "${TMPDIR:-/tmp}/letters-XXXXXX")
trap 'rm -f "$said"' EXIT

note() { printf '%s %s\n' "$(date '+%Y-%m-%dT%H:%M:%S%z')" "$1" >>"$log"; }

# The lock lasts as long as this process, however it ends. Without flock (macOS has none), clientlens' own lock still
# keeps two runs from writing at once; the second one then waits and finds nothing new.
if command -v flock >/dev/null; then
  exec 9>"$log.lock"
  if ! flock --nonblock 9; then
    note "not run: another run is still at work"
    exit 0
  fi
fi

worst=0 new=0 subject=
step() { # step WHAT COMMAND...: run it, keep what it says for the log and for the mail
  local what=$1 status=0
  shift
  { "$@" 2>&1 | sed "s/^/$what: /" >>"$said"; } || status=$?
  note "$what: exit $status"
  [ "$status" -le "$worst" ] || worst=$status
  return "$status"
}

if [ -n "${LETTERS_IMPORT:-}" ]; then
  shopt -s nullglob
  exports=("$LETTERS_IMPORT"/*.csv)
  if [ -d "$LETTERS_IMPORT" ] && [ ${#exports[@]} -eq 0 ]; then
    note "import: nothing lies in $LETTERS_IMPORT"
  else
    # A folder that is not there is told like an export that cannot be read.
    step import "$program" --quiet import "${exports[@]:-$LETTERS_IMPORT}" || true
  fi
fi
# Rows set aside are no reason to wait, an export that was not stored is.
if [ "$worst" -le 1 ]; then
  before=$(wc -c <"$said")
  for campaign in "$@"; do
    step "$(basename "$campaign" .toml)" "$program" --quiet campaigns run "$campaign" || true
  done
  # A run that made nothing new says nothing.
  [ "$(wc -c <"$said")" -eq "$before" ] || new=1
fi
cat "$said" >>"$log"

if [ "$worst" -ne 0 ]; then
  subject="Letters need a look (exit $worst on $(hostname))"
elif [ "$new" = 1 ] && [ "${LETTERS_TELL:-}" = 1 ]; then
  subject="New letters to be printed"
fi
if [ -n "$subject" ]; then
  mailed=1
  if [ -n "${LETTERS_MAIL_TO:-}" ]; then
    mailed=0
    PATH=$PATH:/usr/sbin:/usr/lib # where cron does not look
    {
      printf 'To: %s\nSubject: %s\n' "$LETTERS_MAIL_TO" "$subject"
      printf 'Content-Type: text/plain; charset=utf-8\n\n'
      cat "$said"
      printf '\nThe log: %s\n' "$log"
    } | "${SENDMAIL:-sendmail}" -t || mailed=$?
    [ "$mailed" -eq 0 ] || note "not mailed: sendmail said $mailed"
  fi
  [ "$mailed" -eq 0 ] || cat "$said" >&2
fi
exit "$worst"
