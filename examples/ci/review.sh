#!/usr/bin/env bash
# Judges a workbook and compares it with the one before, for a comment on a pull request.
#
#   examples/ci/review.sh AFTER.xlsx [BEFORE.xlsx] > review.md
#
# Prints Markdown; writes lint.sarif beside AFTER. Exit code: 0 where the workbook is sound, 1
# where verify or lint has findings, 2 where a file cannot be read. That it differs from the one
# before is no fault. WORKBOOK names the command, if it is not .venv/bin/workbook.
set -euo pipefail

if [ $# -lt 1 ] || [ $# -gt 2 ]; then
  echo "usage: review.sh AFTER.xlsx [BEFORE.xlsx]" >&2
  exit 2
fi
after=$1 before=${2:-}
read -r -a workbook <<<"${WORKBOOK:-.venv/bin/workbook}"
worst=0

# Runs one command; the worst exit code so far is kept, 1 counting only where it is a fault.
run() {
  local faulty=$1 code=0
  shift
  "${workbook[@]}" "$@" || code=$?
  if [ "$code" -gt 1 ] || { [ "$code" = 1 ] && [ "$faulty" = yes ]; }; then
    [ "$code" -le "$worst" ] || worst=$code
  fi
  echo
}

echo "### Workbook review"
echo
if [ -n "$before" ] && [ -f "$before" ]; then
  run no diff "$before" "$after" --markdown
else
  echo "There is no workbook before this one to compare with."
  echo
fi
run yes verify "$after" --markdown
run yes lint "$after" --markdown
run no lint "$after" --sarif >"$(dirname "$after")/lint.sarif"
exit "$worst"
