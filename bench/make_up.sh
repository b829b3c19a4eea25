#!/bin/sh
# Seconds from `git clone` to the first page, with warm package caches: clones this checkout's HEAD into a temporary folder,
# runs `make up` on a port of its own, waits for /readyz, stops it.
set -eu
top=$(git rev-parse --show-toplevel)
work=$(mktemp -d)
port=${PORT:-8765}
trap 'kill "$up" 2>/dev/null || true; wait "$up" 2>/dev/null || true; rm -rf "$work"' EXIT
began=$(date +%s.%N)
git clone --quiet "$top" "$work/kangwei"
cloned=$(date +%s.%N)
make --silent -C "$work/kangwei" up PORT="$port" >"$work/log" 2>&1 &
up=$!
until python3 -c "import urllib.request,sys; urllib.request.urlopen('http://127.0.0.1:$port/readyz', timeout=1)" 2>/dev/null; do
    kill -0 "$up" 2>/dev/null || { cat "$work/log"; exit 1; }
    sleep 0.2
done
python3 -c "print(f'clone {$cloned - $began:.1f} s, make up until the first page {$(date +%s.%N) - $cloned:.1f} s')"
