#!/usr/bin/env bash
# Builds the Dockerfile without a Docker engine, starts the image and shows its answer on /livez. Needs root and apt.
# The store stays in .image/, so that a second build finds its base image there; `make clean` removes it.
set -euo pipefail
cd "$(dirname "$0")/.."

export BUILDAH_ISOLATION=chroot
store="$PWD/.image"
base=$(awk '$1 == "FROM" { print $2; exit }' Dockerfile)
scratch=$(mktemp -d)
container=
server=

buildah() { command buildah --storage-driver vfs --root "$store" --runroot "$scratch/run" "$@"; }

finish() {
    if [ -n "$server" ]; then kill -TERM -- "-$server" 2>/dev/null && wait "$server" || true; fi
    if [ -n "$container" ]; then buildah rm "$container" >/dev/null || true; fi
    rm -rf "$scratch"
}
trap finish EXIT

if ! type -P buildah debootstrap >/dev/null; then
    echo "Installing buildah and debootstrap"
    apt-get update -qq
    DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends buildah debootstrap >/dev/null
fi

# The Dockerfile's own base image comes from a registry. Debian's packages make one that serves as well.
if ! buildah inspect --type image "$base" >/dev/null 2>&1; then
    echo "Making $base from Debian's packages"
    debootstrap --variant=minbase --include=python3,python3-venv,ca-certificates bookworm "$scratch/base" >/dev/null
    ln -s python3 "$scratch/base/usr/bin/python"
    container=$(buildah from scratch)
    buildah add --quiet "$container" "$scratch/base" / >/dev/null
    buildah commit --quiet --rm "$container" "$base" >/dev/null
    container=
    rm -rf "$scratch/base"
fi

# What this machine reaches its package index through, if anything: lent to the build, never part of the image.
lent=()
for path in /etc/pip.conf /etc/ssl/certs /etc/hosts /etc/resolv.conf; do
    if [ -e "$path" ]; then lent+=(--volume "$path:$path:ro"); fi
done

echo "Building gateproof"
buildah build --quiet --format docker --pull-never --layers=false "${lent[@]}" --tag gateproof . >/dev/null
buildah rmi --prune >/dev/null  # the build before this one

port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
container=$(buildah from --pull-never gateproof)
mapfile -t command < <(buildah inspect --format '{{range .OCIv1.Config.Cmd}}{{println .}}{{end}}' "$container" | sed '/^$/d')
echo "Starting it on 127.0.0.1:$port: ${command[*]}"
# A process group of its own, so that exactly this one can be stopped.
set -m
buildah run --env GATEPROOF_HOST=127.0.0.1 --env GATEPROOF_PORT="$port" "$container" -- "${command[@]}" \
    >"$scratch/log" 2>&1 &
server=$!
set +m

for _ in $(seq 60); do
    if answer=$(python3 - "$port" 2>/dev/null <<'PY'
import sys, urllib.request
print(urllib.request.urlopen(f"http://127.0.0.1:{sys.argv[1]}/livez", timeout=2).read().decode())
PY
    ); then
        echo "GET /livez -> $answer"
        exit 0
    fi
    kill -0 "$server" 2>/dev/null || break
    sleep 0.5
done
echo "No answer on /livez. What the server said:" >&2
cat "$scratch/log" >&2
exit 1
