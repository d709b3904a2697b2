#!/usr/bin/env bash
# Writes the generated documents, or checks that the committed ones are what the code says.
set -euo pipefail
cd "$(dirname "$0")/.."

fresh=$(mktemp -d)
trap 'rm -rf "$fresh"' EXIT
.venv/bin/python -m service.cli openapi > "$fresh/openapi.yaml"
.venv/bin/python -m service.cli process-schema > "$fresh/process.schema.json"
PYTHONPATH=. .venv/bin/python scripts/command_line.py > "$fresh/command-line.md"
PYTHONPATH=. .venv/bin/python scripts/events.py > "$fresh/events.md"

case "$1" in
write)
    mkdir -p docs
    cp "$fresh/openapi.yaml" openapi.yaml
    cp "$fresh/process.schema.json" "$fresh/command-line.md" "$fresh/events.md" docs/
    ;;
check)
    diff -u openapi.yaml "$fresh/openapi.yaml" &&
        diff -u docs/process.schema.json "$fresh/process.schema.json" &&
        diff -u docs/command-line.md "$fresh/command-line.md" &&
        diff -u docs/events.md "$fresh/events.md" || {
        echo "The committed documents are not what the code says: run 'make openapi'." >&2
        exit 1
    }
    ;;
esac
