# shellcheck shell=bash
. "$(dirname "$0")/operation.sh"

host=${ENDPOINT#http://}
cat >config <<CONFIG
[default]
access_key = $AWS_ACCESS_KEY_ID
secret_key = $AWS_SECRET_ACCESS_KEY
host_base = $host
host_bucket = $host
use_https = False
CONFIG
s3cmd() { /usr/bin/s3cmd --config=config --no-progress --multipart-chunk-size-mb=5 "$@"; }
s3=s3://$BUCKET

same_as_stored() { s3cmd get --force "$s3/$1" got && cmp got "$2"; }

head() {
  s3cmd info "$s3/small.txt" | grep -q 'File size: 13'
}
list() {
  [ "$(s3cmd ls --recursive "$s3/" | wc -l)" = 2 ]
}
copy() {
  s3cmd cp "$s3/small.txt" "$s3/copy.txt" && same_as_stored copy.txt small.txt
}
move() {
  s3cmd mv "$s3/copy.txt" "$s3/moved.txt" && same_as_stored moved.txt small.txt &&
    ! s3cmd info "$s3/copy.txt"
}
sync() {
  s3cmd sync tree/ "$s3/tree/" && mkdir back && s3cmd sync "$s3/tree/" back/ && diff -r tree back
}
presign() {
  local url
  url=$(s3cmd signurl "$s3/small.txt" +600) && same_as_presigned "$url" small.txt
}
delete() {
  s3cmd del "$s3/moved.txt" && ! s3cmd info "$s3/moved.txt"
}
delete_many() {
  s3cmd del --recursive --force "$s3/tree/" && [ -z "$(s3cmd ls --recursive "$s3/tree/")" ]
}

operation "make bucket" s3cmd mb "$s3"
operation "put small" s3cmd put small.txt "$s3/small.txt"
operation "put multipart" s3cmd put large.bin "$s3/large.bin"
operation "get" same_as_stored large.bin large.bin
operation "head" head
operation "list" list
operation "copy" copy
operation "move" move
operation "sync" sync
operation "presign" presign
operation "delete" delete
operation "delete many" delete_many
operation "read settings" s3cmd info "$s3"
operation "make public" s3cmd setacl --acl-public "$s3/small.txt"
operation "remove bucket" s3cmd rb --recursive --force "$s3"
