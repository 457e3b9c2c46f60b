# For the scripts of clients on the command line.

# name, command…: runs it quietly and prints what came of it
operation() {
  local name=$1 output
  shift
  if output=$("$@" 2>&1); then
    echo "ok $name"
  else
    echo "failed $name: $(tr -s '\n' ' ' <<<"$output")"
  fi
}

# url, file: reads what a presigned URL leads to, and compares it
same_as_presigned() {
  "$NODE" -e '
    fetch(process.argv[1])
      .then(async (reply) => {
        if (!reply.ok) throw new Error(await reply.text());
        process.stdout.write(Buffer.from(await reply.arrayBuffer()));
      });
  ' "$1" | cmp - "$2"
}
