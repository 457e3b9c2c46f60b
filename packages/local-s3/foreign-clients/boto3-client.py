import os
import urllib.request

import boto3
from boto3.s3.transfer import TransferConfig
from botocore.client import Config
from botocore.exceptions import ClientError

BUCKET = os.environ["BUCKET"]
PARTS = TransferConfig(multipart_threshold=6_000_000, multipart_chunksize=6_000_000)

client = boto3.client(
    "s3",
    endpoint_url=os.environ["ENDPOINT"],
    config=Config(signature_version="s3v4", s3={"addressing_style": "path"}),
)


def operation(name, work):
    try:
        work()
        print(f"ok {name}", flush=True)
    except Exception as error:
        print(f"failed {name}: {type(error).__name__} {error}".replace("\n", " "), flush=True)


def read(path):
    with open(path, "rb") as file:
        return file.read()


def stored(key):
    return client.get_object(Bucket=BUCKET, Key=key)["Body"].read()


def require(condition):
    if not condition:
        raise AssertionError("the outcome is not the expected one")


def put_multipart():
    client.upload_file("large.bin", BUCKET, "large.bin", Config=PARTS)
    require(client.head_object(Bucket=BUCKET, Key="large.bin")["ETag"].endswith('-2"'))


def get():
    client.download_file(BUCKET, "large.bin", "got", Config=PARTS)
    require(read("got") == read("large.bin"))


def get_range():
    reply = client.get_object(Bucket=BUCKET, Key="small.txt", Range="bytes=2-6")
    require(reply["Body"].read() == b"small")


def list_objects():
    pages = client.get_paginator("list_objects_v2").paginate(Bucket=BUCKET, MaxKeys=1)
    keys = [item["Key"] for page in pages for item in page.get("Contents", [])]
    require(keys == ["large.bin", "small.txt"])
    require(len(client.list_objects(Bucket=BUCKET)["Contents"]) == 2)


def copy():
    client.copy_object(Bucket=BUCKET, Key="copy.txt", CopySource=f"{BUCKET}/small.txt")
    require(stored("copy.txt") == read("small.txt"))


def copy_multipart():
    client.copy({"Bucket": BUCKET, "Key": "large.bin"}, BUCKET, "large-copy.bin", Config=PARTS)
    require(stored("large-copy.bin") == read("large.bin"))


def move():
    client.copy({"Bucket": BUCKET, "Key": "copy.txt"}, BUCKET, "moved.txt")
    client.delete_object(Bucket=BUCKET, Key="copy.txt")
    require(stored("moved.txt") == read("small.txt"))


def presign():
    parameters = {"Bucket": BUCKET, "Key": "presigned.txt"}
    put = client.generate_presigned_url("put_object", {**parameters, "ContentType": "text/plain"})
    request = urllib.request.Request(put, b"presigned", {"Content-Type": "text/plain"}, method="PUT")
    urllib.request.urlopen(request).close()
    with urllib.request.urlopen(client.generate_presigned_url("get_object", parameters)) as reply:
        require(reply.headers["content-type"] == "text/plain" and reply.read() == b"presigned")


def delete():
    client.delete_object(Bucket=BUCKET, Key="moved.txt")
    try:
        client.head_object(Bucket=BUCKET, Key="moved.txt")
    except ClientError as error:
        require(error.response["ResponseMetadata"]["HTTPStatusCode"] == 404)
    else:
        require(False)


def delete_many():
    keys = [{"Key": "large-copy.bin"}, {"Key": "presigned.txt"}]
    reply = client.delete_objects(Bucket=BUCKET, Delete={"Objects": keys})
    require(len(reply["Deleted"]) == 2 and "Errors" not in reply)


def read_settings():
    require("Status" not in client.get_bucket_versioning(Bucket=BUCKET))
    require(client.get_object_tagging(Bucket=BUCKET, Key="small.txt")["TagSet"] == [])
    require(client.get_object_acl(Bucket=BUCKET, Key="small.txt")["Grants"][0]["Permission"] == "FULL_CONTROL")
    client.get_bucket_encryption(Bucket=BUCKET)


def remove_bucket():
    bucket = boto3.resource(
        "s3", endpoint_url=os.environ["ENDPOINT"], config=client.meta.config
    ).Bucket(BUCKET)
    bucket.objects.all().delete()
    bucket.delete()


operation("make bucket", lambda: client.create_bucket(Bucket=BUCKET))
operation("put small", lambda: client.upload_file("small.txt", BUCKET, "small.txt"))
operation("put multipart", put_multipart)
operation("get", get)
operation("range", get_range)
operation(
    "head",
    lambda: require(client.head_object(Bucket=BUCKET, Key="small.txt")["ContentLength"] == 13),
)
operation("list", list_objects)
operation("copy", copy)
operation("copy multipart", copy_multipart)
operation("move", move)
operation("presign", presign)
operation("delete", delete)
operation("delete many", delete_many)
operation("read settings", read_settings)
operation(
    "make public",
    lambda: client.put_object_acl(Bucket=BUCKET, Key="small.txt", ACL="public-read"),
)
operation(
    "tag",
    lambda: client.put_object_tagging(
        Bucket=BUCKET, Key="small.txt", Tagging={"TagSet": [{"Key": "a", "Value": "b"}]}
    ),
)
operation(
    "keep versions",
    lambda: client.put_bucket_versioning(
        Bucket=BUCKET, VersioningConfiguration={"Status": "Enabled"}
    ),
)
operation("remove bucket", remove_bucket)
