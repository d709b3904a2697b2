#!/usr/bin/env bash
# What the action runs: its inputs come as variables, so that nothing in them is taken for shell.
set -euo pipefail

asked=(--format github)
[ -z "${CONCEPT:-}" ] || asked+=("$CONCEPT")
[ -z "${GATE:-}" ] || asked+=(--gate "$GATE")
[ -z "${PORTFOLIO:-}" ] || asked+=(--portfolio "$PORTFOLIO")
[ -z "${WAIT:-}" ] || asked+=(--wait "$WAIT")
[ -z "${WARN_WITHIN:-}" ] || asked+=(--warn-within "$WARN_WITHIN")
[ -z "${JUNIT:-}" ] || asked+=(--report "junit=$JUNIT")
[ -z "${GITHUB_STEP_SUMMARY:-}" ] || asked+=(--report "markdown=$GITHUB_STEP_SUMMARY")

code=0
gateproof check "${asked[@]}" || code=$?

case $code in
0) outcome=ready ;;
1) outcome=blocked ;;
2) outcome=misused ;;
*) outcome=unanswered ;;
esac
[ -z "${GITHUB_OUTPUT:-}" ] || echo "outcome=$outcome" >> "$GITHUB_OUTPUT"
exit "$code"
