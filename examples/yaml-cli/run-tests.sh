#!/usr/bin/env bash
# A suite in any language: start the daemon, wait for its health, run, stop it.
set -euo pipefail
cd "$(dirname "$0")"
url=http://localhost:2319

# The command itself, not npx: then `wait` waits until the daemon has stopped.
"$(npm root)/.bin/querator" --config test-config.yaml &
daemon=$!
trap 'kill $daemon 2>/dev/null || true' EXIT

until curl --silent --fail $url/health >/dev/null; do kill -0 $daemon; sleep 0.1; done

post() { curl --silent --show-error -H 'content-type: application/json' -d "$2" "$url/v1/$1"; echo; }

post queues.create '{"queue_name":"orders-dead","lease_timeout":"1m","expire_timeout":"24h","requested_partitions":1}'
post queues.create '{"queue_name":"orders","lease_timeout":"1s","expire_timeout":"24h","requested_partitions":1,
  "max_attempts":1,"dead_queue":"orders-dead"}'
post queue.produce '{"queue_name":"orders","request_timeout":"5s","items":[{"reference":"order-1","utf8":"{\"id\":1}"}]}'
post queue.lease '{"queue_name":"orders","client_id":"worker","batch_size":1,"request_timeout":"5s"}'
echo 'the worker crashed; its lease of one second runs out, and the order is dead:'
post queue.lease '{"queue_name":"orders-dead","client_id":"inspector","batch_size":1,"request_timeout":"5s"}' | tee dead.json
grep --quiet '"reference":"order-1"' dead.json
rm dead.json

kill $daemon
wait $daemon
echo "the daemon stopped with status $?"
