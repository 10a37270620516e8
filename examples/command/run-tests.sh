#!/usr/bin/env bash
set -euo pipefail
url=http://localhost:2319/health

curl --silent $url && { echo 'port 2319 is in use'; exit 1; }
npx querator --config test-config.yaml &
trap 'kill %1' EXIT
until curl --silent --fail $url; do kill -0 $!; sleep 0.1; done

node orders.js
