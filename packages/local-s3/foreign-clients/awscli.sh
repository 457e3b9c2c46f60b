# shellcheck shell=bash
. "$(dirname "$0")/operation.sh"

# Debian's own, whatever else is in PATH.
aws() { /usr/bin/aws --endpoint-url "$ENDPOINT" "$@"; }
api() { aws s3api "$@"; }
s3=s3://$BUCKET

same_as_stored() { aws s3 cp "$s3/$1" got && cmp got "$2"; }

put_multipart() {
  aws s3 cp large.bin "$s3/large.bin" &&
    [[ $(api head-object --bucket "$BUCKET" --key large.bin --query ETag) == *-2* ]]
}
range() {
  api get-object --bucket "$BUCKET" --key small.txt --range bytes=2-6 got && [ "$(cat got)" = small ]
}
head() {
  [ "$(api head-object --bucket "$BUCKET" --key small.txt --query ContentLength)" = 13 ]
}
list() {
  [ "$(aws s3 ls --recursive "$s3/" | wc -l)" = 2 ]
}
copy() {
  aws s3 cp "$s3/small.txt" "$s3/copy.txt" && same_as_stored copy.txt small.txt
}
copy_multipart() {
  aws s3 cp "$s3/large.bin" "$s3/large-copy.bin" && same_as_stored large-copy.bin large.bin
}
move() {
  aws s3 mv "$s3/copy.txt" "$s3/moved.txt" && same_as_stored moved.txt small.txt &&
    ! api head-object --bucket "$BUCKET" --key copy.txt
}
sync() {
  aws s3 sync tree "$s3/tree" && aws s3 sync "$s3/tree" back && diff -r tree back &&
    [ -z "$(aws s3 sync tree "$s3/tree")" ]
}
presign() {
  local url
  url=$(aws s3 presign "$s3/small.txt") && same_as_presigned "$url" small.txt
}
delete() {
  aws s3 rm "$s3/moved.txt" && ! api head-object --bucket "$BUCKET" --key moved.txt
}
delete_many() {
  api delete-objects --bucket "$BUCKET" \
    --delete 'Objects=[{Key=tree/one & two.txt},{Key=tree/deep/three.txt}]' &&
    [ -z "$(aws s3 ls "$s3/tree/")" ]
}
settings() {
  api get-bucket-versioning --bucket "$BUCKET" && api get-bucket-acl --bucket "$BUCKET" &&
    api get-bucket-encryption --bucket "$BUCKET" &&
    api get-object-acl --bucket "$BUCKET" --key small.txt &&
    api get-object-tagging --bucket "$BUCKET" --key small.txt
}

operation "make bucket" aws s3 mb "$s3"
operation "put small" aws s3 cp --acl bucket-owner-full-control small.txt "$s3/small.txt"
operation "put multipart" put_multipart
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
operation "read settings" settings
operation "make public" aws s3 cp --acl public-read small.txt "$s3/public.txt"
operation "tag" api put-object-tagging --bucket "$BUCKET" --key small.txt \
  --tagging 'TagSet=[{Key=a,Value=b}]'
operation "remove bucket" aws s3 rb --force "$s3"
