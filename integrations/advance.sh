#!/usr/bin/env bash
# Decides a gate from any tool that can run a command: advance.sh CONCEPT GATE RATIONALE
# Exit code 0: it passed, and stands one gate further. 1: not ready, and what is missing. 2: called wrongly.
# 3: no answer. Needs curl and jq, GATEPROOF_URL, and in GATEPROOF_TOKEN a gatekeeper's token.
set -euo pipefail

if [ "$#" -ne 3 ] || [ -z "$1" ] || [ -z "$2" ] || [ -z "$3" ]; then
    echo "usage: advance.sh CONCEPT GATE RATIONALE" >&2
    exit 2
fi
concept=$(jq -rn --arg key "$1" '$key | @uri')
body=$(jq -cn --arg gate "$2" --arg rationale "$3" '{gate: $gate, outcome: "go", rationale: $rationale}')
answer=$(mktemp)
trap 'rm -f "$answer"' EXIT

# The token goes by a file descriptor: arguments can be read by every process. The key makes it safe to send again.
status=$(curl -sS --max-time 30 --retry 3 --output "$answer" --write-out '%{http_code}' \
    --header @<(printf 'Authorization: Bearer %s\n' "$GATEPROOF_TOKEN") \
    --header 'Content-Type: application/json' --header "Idempotency-Key: $(uuidgen 2>/dev/null || echo "$$-$RANDOM-$RANDOM")" \
    --data "$body" "$GATEPROOF_URL/v1/concepts/$concept/reviews") || exit 3

case $status in
201)
    jq -r '"\(.concept) passed \(.gate)."' "$answer" || exit 3
    ;;
409)
    jq -r '.detail, (.readiness // {decisions: [], gate_criteria: []}
        | (.decisions[] | .key as $of | .criteria[] | {of: $of} + .), (.gate_criteria[] | {of: "the gate"} + .)
        | select(.outcome == "unmet" and .level == "must")
        | "  \(.of): \(.message) \(.remedy // "")")' "$answer" || exit 3
    exit 1
    ;;
*)
    jq -r '"\(.title): \(.detail)"' "$answer" >&2 || echo "The answer was $status." >&2
    exit 3
    ;;
esac
