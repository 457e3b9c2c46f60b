#!/usr/bin/env bash
# The S3 contract, the object store's integration tests and the S3 provider's tests, against the
# server that the environment names.
#
#   scripts/test-s3-server.sh ceph|swift [turbo's options]   with the differences that are known of it
set -euo pipefail
cd "$(dirname "$0")/.."

case ${1:-} in
  ceph) packages="radosgw ceph-mon ceph-osd ceph-common" ;;
  swift) packages="swift-proxy swift-account swift-container swift-object memcached" ;;
  *)
    sed -n '2,/^set/{/^#/s/^# \{0,1\}//p}' "$0" >&2
    exit 2
    ;;
esac
export TEST_S3_SERVER=$1
shift

for name in TEST_S3_ENDPOINT TEST_S3_ACCESS_KEY_ID TEST_S3_SECRET_ACCESS_KEY TEST_S3_RESTART_COMMAND; do
  [ -n "${!name:-}" ] && continue
  cat >&2 <<HELP
$name is not set: there is no server to test against. On Debian or Ubuntu, as root:

  apt-get install --no-install-recommends $packages
  eval "\$(scripts/$TEST_S3_SERVER.sh start .data/$TEST_S3_SERVER)"
  npx pnpm@12 test:$TEST_S3_SERVER
  scripts/$TEST_S3_SERVER.sh stop .data/$TEST_S3_SERVER

Any other server of that kind does as well: name its endpoint, keys, and a command that restarts it.
See docs/s3-servers.md.
HELP
  exit 2
done

export TURBO_TELEMETRY_DISABLED=1
exec node_modules/.bin/turbo run test:s3-server --concurrency=1 --log-order=stream "$@"
