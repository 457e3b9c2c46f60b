# shellcheck shell=bash
. "$(dirname "$0")/operation.sh"

export RCLONE_CONFIG=config
export RCLONE_CONFIG_LOCAL_TYPE=s3 RCLONE_CONFIG_LOCAL_PROVIDER=Other
export RCLONE_CONFIG_LOCAL_ENDPOINT=$ENDPOINT RCLONE_CONFIG_LOCAL_ENV_AUTH=true
export RCLONE_CONFIG_LOCAL_UPLOAD_CUTOFF=6M RCLONE_CONFIG_LOCAL_CHUNK_SIZE=5M
export RCLONE_CONFIG_LOCAL_COPY_CUTOFF=6M
rclone() { /usr/bin/rclone --quiet --retries 1 --low-level-retries 1 "$@"; }
touch config
s3=local:$BUCKET

same_as_stored() { rclone copyto "$s3/$1" got && cmp got "$2"; }

range() {
  [ "$(rclone cat --offset 2 --count 5 "$s3/small.txt")" = small ]
}
head() {
  rclone lsjson --stat "$s3/small.txt" | grep -q '"Size": 13,'
}
list() {
  [ "$(rclone ls "$s3" | wc -l)" = 2 ]
}
copy() {
  rclone copyto "$s3/small.txt" "$s3/copy.txt" && same_as_stored copy.txt small.txt
}
copy_multipart() {
  rclone copyto "$s3/large.bin" "$s3/large-copy.bin" && same_as_stored large-copy.bin large.bin
}
move() {
  rclone moveto "$s3/copy.txt" "$s3/moved.txt" && same_as_stored moved.txt small.txt &&
    [ -z "$(rclone ls "$s3/copy.txt")" ]
}
sync() {
  rclone sync tree "$s3/tree" && rclone sync "$s3/tree" back && diff -r tree back &&
    rclone check tree "$s3/tree"
}
presign() {
  local url
  url=$(rclone link --expire 10m "$s3/small.txt") && same_as_presigned "$url" small.txt
}
delete() {
  rclone deletefile "$s3/moved.txt" && [ -z "$(rclone ls "$s3/moved.txt")" ]
}
delete_many() {
  rclone delete "$s3/tree" && [ -z "$(rclone ls "$s3/tree")" ]
}

operation "make bucket" rclone mkdir "$s3"
operation "put small" rclone copyto small.txt "$s3/small.txt"
operation "put multipart" rclone copyto large.bin "$s3/large.bin"
operation "get" same_as_stored large.bin large.bin
operation "range" range
operation "head" head
operation "list" list
operation "copy" copy
operation "copy multipart" copy_multipart
operation "move" move
operation "sync" sync
operation "presign" presign
operation "delete" delete
operation "delete many" delete_many
operation "remove bucket" rclone purge "$s3"
