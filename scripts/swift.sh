#!/usr/bin/env bash
# An OpenStack Swift of one node with its S3 API, on 127.0.0.1, everything of it below one folder. For
# tests.
#
#   scripts/swift.sh start <folder> [port]   starts what of it does not run, prints what
#                                            `pnpm test:swift` wants to know
#   scripts/swift.sh restart <folder>        ends all its servers and starts them again
#   scripts/swift.sh stop <folder>           ends them; the data stays
#
# Needs Debian's packages, and reads the /etc/swift/swift.conf that comes with them:
#   apt-get install --no-install-recommends swift-proxy swift-account swift-container swift-object memcached
# The other servers take the four ports after the proxy's (18200 by default). The folder has to be on a
# file system with extended attributes of users, such as ext4 or XFS.
set -euo pipefail

usage() {
  sed -n '2,/^set/{/^#/s/^# \{0,1\}//p}' "$0" >&2
  exit 2
}

[ $# -ge 2 ] || usage
command=$1
mkdir -p "$2"
folder=$(cd "$2" && pwd)
# Of tempauth: account, user and password.
access_key=test:tester
secret_key=object-store-test-secret
processes="memcached account-server container-server object-server proxy-server"
. "$(dirname "$0")/processes.sh"

for program in memcached swift-ring-builder swift-{account,container,object,proxy}-server; do
  command -v "$program" >/dev/null || {
    echo "$program is missing: apt-get install --no-install-recommends" \
      "swift-proxy swift-account swift-container swift-object memcached" >&2
    exit 2
  }
done

write_configuration() {
  local port=$1 name offset=1
  for name in account container object; do
    cat >"$folder/$name-server.conf" <<CONF
[DEFAULT]
swift_dir = $folder
user = $(id -un)
bind_ip = 127.0.0.1
bind_port = $((port + offset))
workers = 0
devices = $folder/devices
mount_check = false
log_level = WARNING
[pipeline:main]
pipeline = $name-server
[app:$name-server]
use = egg:swift#$name
# A listing shows what was written, however busy the machine is: by default this is waited for one
# second, and made up for later.
container_update_timeout = 60
CONF
    offset=$((offset + 1))
  done
  cat >"$folder/proxy-server.conf" <<CONF
[DEFAULT]
swift_dir = $folder
user = $(id -un)
bind_ip = 127.0.0.1
bind_port = $port
workers = 0
log_level = WARNING
[pipeline:main]
pipeline = catch_errors gatekeeper cache listing_formats bulk s3api tempauth copy slo symlink proxy-server
[app:proxy-server]
use = egg:swift#proxy
account_autocreate = true
[filter:catch_errors]
use = egg:swift#catch_errors
[filter:gatekeeper]
use = egg:swift#gatekeeper
[filter:cache]
use = egg:swift#memcache
memcache_servers = 127.0.0.1:$((port + offset))
[filter:listing_formats]
use = egg:swift#listing_formats
[filter:bulk]
use = egg:swift#bulk
[filter:s3api]
use = egg:swift#s3api
location = us-east-1
# A request deletes up to 1,000 objects while its client waits for the first byte; the default is 2.
multi_delete_concurrency = 32
# As many as Amazon S3 takes; the default is 1,000.
max_upload_part_num = 10000
[filter:tempauth]
use = egg:swift#tempauth
user_${access_key/:/_} = $secret_key .admin
[filter:copy]
use = egg:swift#copy
[filter:slo]
use = egg:swift#slo
max_manifest_segments = 10000
[filter:symlink]
use = egg:swift#symlink
CONF
}

# Where each server keeps its data: on one device, in one copy.
write_rings() {
  local port=$1 name offset=1
  for name in account container object; do
    {
      swift-ring-builder "$folder/$name.builder" create 8 1 1
      swift-ring-builder "$folder/$name.builder" add "r1z1-127.0.0.1:$((port + offset))/disk" 1
      swift-ring-builder "$folder/$name.builder" rebalance
    } >"$folder/log/$name-ring.out" 2>&1
    offset=$((offset + 1))
  done
}

start() {
  local port=$1 offset
  mkdir -p "$folder/run" "$folder/log" "$folder/devices/disk"
  python3 -c 'import os, sys; os.setxattr(sys.argv[1], "user.swift.test", b"")' "$folder/devices" || {
    echo "The file system of $folder has no extended attributes of users: take another folder" >&2
    exit 2
  }
  if [ ! -f "$folder/port" ]; then
    write_rings "$port"
    echo "$port" >"$folder/port"
  fi
  write_configuration "$port"
  # Names the folder in an option of no effect, for is_alive.
  background memcached memcached -u "$(id -un)" -l 127.0.0.1 -p "$((port + 4))" -P "$folder/run/unused"
  for name in account container object proxy; do
    background "$name-server" "swift-$name-server" "$folder/$name-server.conf" --verbose
  done
  for offset in 4 1 2 3 0; do
    await_port "$((port + offset))"
  done
}

case $command in
  start)
    port=$(port_of_folder 18200 "${3:-}")
    start "$port"
    print_environment "$access_key" "$secret_key"
    ;;
  restart)
    stop
    start "$(cat "$folder/port")"
    ;;
  stop) stop ;;
  *) usage ;;
esac
