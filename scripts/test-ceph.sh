#!/usr/bin/env bash
# The S3 contract, the object store's integration tests and the S3 provider's tests, against the
# server that the environment names.
set -euo pipefail
cd "$(dirname "$0")/.."

for name in TEST_S3_ENDPOINT TEST_S3_ACCESS_KEY_ID TEST_S3_SECRET_ACCESS_KEY TEST_S3_RESTART_COMMAND; do
  [ -n "${!name:-}" ] && continue
  cat >&2 <<HELP
$name is not set: there is no Ceph to test against. On Debian or Ubuntu, as root:

  apt-get install --no-install-recommends radosgw ceph-mon ceph-osd ceph-common
  eval "\$(scripts/ceph.sh start .data/ceph)"
  npx pnpm@12 test:ceph
  scripts/ceph.sh stop .data/ceph

Any other Ceph does as well: name its endpoint, keys, and a command that restarts it. See
docs/s3-servers.md.
HELP
  exit 2
done

export TURBO_TELEMETRY_DISABLED=1
exec node_modules/.bin/turbo run test:ceph --concurrency=1 --log-order=stream "$@"
