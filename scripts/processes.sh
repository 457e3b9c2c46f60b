# The processes of a test server that has everything below one folder. For scripts/ceph.sh and
# scripts/swift.sh, which source it and set:
#
#   folder      where everything is
#   processes   their names, in the order in which they start
# shellcheck shell=bash disable=SC2154

# default, asked for: the port that the folder's data was made for, which cannot change
port_of_folder() {
  local port
  port=$(cat "$folder/port" 2>/dev/null || echo "${2:-$1}")
  if [ "${2:-$port}" != "$port" ]; then
    echo "The server in $folder has port $port, not $2: leave the port out, or take another folder" >&2
    exit 2
  fi
  echo "$port"
}

# name, command…: runs in a session of its own, its pid in the folder, unless it runs already
background() {
  local name=$1
  shift
  is_alive "$name" && return
  setsid "$@" >>"$folder/log/$name.out" 2>&1 </dev/null &
  echo $! >"$folder/run/$name.pid"
}

# The command of each names the folder: another process with its pid does not.
is_alive() {
  local file=$folder/run/$1.pid
  [ -f "$file" ] && grep -qaF "$folder/" "/proc/$(cat "$file")/cmdline" 2>/dev/null
}

# port: waits for a server to listen on it, as long as all processes live
await_port() {
  local name
  for _ in $(seq 600); do
    for name in $processes; do
      kill -0 "$(cat "$folder/run/$name.pid")" 2>/dev/null && continue
      echo "$name ended; the end of $folder/log/$name.out:" >&2
      tail -n 5 "$folder/log/$name.out" >&2
      exit 1
    done
    (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null && return
    sleep 0.1
  done
  echo "Nothing listened on port $1 within a minute; see $folder/log" >&2
  exit 1
}

# Ends them, the last one first.
stop() {
  local name pid
  for name in $(tr ' ' '\n' <<<"$processes" | tac); do
    if is_alive "$name"; then
      pid=$(cat "$folder/run/$name.pid")
      kill -TERM "$pid" 2>/dev/null || true
      for _ in $(seq 150); do
        is_alive "$name" || break
        sleep 0.1
      done
      is_alive "$name" && kill -KILL "$pid" 2>/dev/null || true
    fi
    rm -f "$folder/run/$name.pid"
  done
}

# access key, secret key: prints what scripts/test-s3-server.sh wants to know
print_environment() {
  cat <<ENV
export TEST_S3_ENDPOINT=http://127.0.0.1:$(cat "$folder/port")
export TEST_S3_REGION=us-east-1
export TEST_S3_ACCESS_KEY_ID=$1
export TEST_S3_SECRET_ACCESS_KEY=$2
export TEST_S3_RESTART_COMMAND='"$(realpath "$0")" restart "$folder"'
ENV
}
