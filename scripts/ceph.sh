#!/usr/bin/env bash
# A Ceph of one node with its S3 gateway, on 127.0.0.1, everything of it below one folder. For tests.
#
#   scripts/ceph.sh start <folder> [port]   starts what of it does not run, prints what
#                                           `pnpm test:ceph` wants to know
#   scripts/ceph.sh restart <folder>        ends the gateway and the store and starts them again
#   scripts/ceph.sh stop <folder>           ends them; the data stays
#
# Needs Debian's packages: apt-get install --no-install-recommends radosgw ceph-mon ceph-osd ceph-common
# The monitor takes the port after the gateway's (18080 by default), the store the fifty after that.
set -euo pipefail

usage() {
  sed -n '2,/^set/{/^#/s/^# \{0,1\}//p}' "$0" >&2
  exit 2
}

[ $# -ge 2 ] || usage
command=$1
mkdir -p "$2"
folder=$(cd "$2" && pwd)
conf=$folder/ceph.conf
access_key=object-store-test
secret_key=object-store-test-secret
processes="mon osd rgw"
. "$(dirname "$0")/processes.sh"

for program in ceph-mon ceph-osd ceph radosgw radosgw-admin monmaptool; do
  command -v "$program" >/dev/null || {
    echo "$program is missing: apt-get install --no-install-recommends" \
      "radosgw ceph-mon ceph-osd ceph-common" >&2
    exit 2
  }
done

write_configuration() {
  local port=$1
  cat >"$conf" <<CONF
[global]
fsid = $(cat "$folder/fsid")
mon_initial_members = a
mon_host = [v2:127.0.0.1:$((port + 1))/0]
public_addr = 127.0.0.1
cluster_addr = 127.0.0.1
ms_bind_msgr1 = false
ms_bind_ipv6 = false
ms_bind_port_min = $((port + 2))
ms_bind_port_max = $((port + 51))
# One user on a loopback address: S3 requests are authenticated, the cluster's own are not.
auth_cluster_required = none
auth_service_required = none
auth_client_required = none
ms_mon_client_mode = crc
run_dir = $folder/run
admin_socket = $folder/run/\$name.asok
pid_file = $folder/run/\$type-\$id.daemonpid
crash_dir = $folder/log
log_file = $folder/log/\$name.log
mon_cluster_log_file = $folder/log/cluster.log
log_to_stderr = false
debug_default = 0
# One disk: one copy, few placement groups.
osd_pool_default_size = 1
osd_pool_default_min_size = 1
osd_pool_default_pg_num = 8
osd_pool_default_pg_autoscale_mode = off
osd_crush_chooseleaf_type = 0
mon_allow_pool_size_one = true
mon_max_pg_per_osd = 2000
mon_warn_on_pool_no_redundancy = false
mon_data_avail_crit = 1
mon_data_avail_warn = 2
paxos_propose_interval = 0.02
paxos_min_wait = 0.01
[mon.a]
mon_data = $folder/mon
[osd.0]
osd_data = $folder/osd
osd_objectstore = bluestore
osd_uuid = $(cat "$folder/osd_uuid")
bluestore_block_size = 10737418240
bluestore_fsck_on_mount = false
bluestore_cache_autotune = false
bluestore_cache_size = 134217728
# S3 keys have up to 1,024 bytes, each of which may take two in the name of a Ceph object.
osd_max_object_name_len = 2048
[client.rgw]
rgw_frontends = beast endpoint=127.0.0.1:$port
rgw_enable_apis = s3, admin
rgw_run_sync_thread = false
rgw_dynamic_resharding = false
rgw_thread_pool_size = 64
rgw_override_bucket_index_max_shards = 1
[client.admin]
rgw_run_sync_thread = false
rgw_override_bucket_index_max_shards = 1
CONF
}

start() {
  local port=$1 first=no
  mkdir -p "$folder/run" "$folder/log" "$folder/mon" "$folder/osd"
  if [ ! -f "$folder/fsid" ]; then
    first=yes
    cat /proc/sys/kernel/random/uuid >"$folder/osd_uuid"
    cat /proc/sys/kernel/random/uuid >"$folder/fsid"
  fi
  echo "$port" >"$folder/port"
  write_configuration "$port"
  export CEPH_CONF=$conf
  if [ "$first" = yes ]; then
    monmaptool --create --clobber --fsid "$(cat "$folder/fsid")" \
      --addv a "[v2:127.0.0.1:$((port + 1))/0]" "$folder/monmap" >/dev/null
    ceph-mon -c "$conf" --mkfs -i a --monmap "$folder/monmap"
    ceph-osd -c "$conf" -i 0 --mkfs --no-mon-config --monmap "$folder/monmap" \
      >>"$folder/log/osd.out" 2>&1
  fi
  background mon ceph-mon -c "$conf" -i a -f
  if [ "$first" = yes ]; then
    timeout 60 ceph -c "$conf" --connect-timeout 50 osd new "$(cat "$folder/osd_uuid")" >/dev/null
  fi
  background osd ceph-osd -c "$conf" -i 0 -f
  if [ ! -f "$folder/user.json" ]; then
    timeout 120 radosgw-admin -c "$conf" user create --uid=test --display-name=test --max-buckets=0 \
      --access-key="$access_key" --secret-key="$secret_key" \
      >"$folder/user.json.new" 2>>"$folder/log/admin.out"
    mv "$folder/user.json.new" "$folder/user.json"
  fi
  background rgw radosgw -c "$conf" -n client.rgw -f
  await_port "$port"
}

case $command in
  start)
    port=$(port_of_folder 18080 "${3:-}")
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
