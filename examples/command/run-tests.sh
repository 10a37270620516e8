#!/usr/bin/env bash
set -euo pipefail

npx querator --config test-config.yaml &
trap 'kill %1' EXIT
until curl --silent --fail http://localhost:2319/health; do kill -0 $! && sleep 0.1; done

node orders.js
