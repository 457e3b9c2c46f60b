import assert from "node:assert";
import { readFile } from "node:fs/promises";

import S3 from "aws-sdk/clients/s3.js";

import { operation } from "./report.js";

const { BUCKET: Bucket, ENDPOINT: endpoint } = process.env;
const client = new S3({ endpoint, s3ForcePathStyle: true, signatureVersion: "v4" });
const small = await readFile("small.txt", "utf8");
const large = await readFile("large.bin");

async function stored(Key) {
  const { Body } = await client.getObject({ Bucket, Key }).promise();
  return Body;
}

await operation("make bucket", () => client.createBucket({ Bucket }).promise());
await operation("put small", () =>
  client.putObject({ Bucket, Key: "small.txt", Body: small, ACL: "private" }).promise(),
);
await operation("put multipart", async () => {
  const input = { Bucket, Key: "large.bin", Body: large };
  const { ETag } = await client.upload(input, { partSize: 6_000_000 }).promise();
  assert.match(ETag, /-2"?$/);
});
await operation("get", async () => {
  assert.ok((await stored("large.bin")).equals(large));
});
await operation("range", async () => {
  const input = { Bucket, Key: "small.txt", Range: "bytes=2-6" };
  assert.equal(String((await client.getObject(input).promise()).Body), "small");
});
await operation("head", async () => {
  const { ContentLength } = await client.headObject({ Bucket, Key: "small.txt" }).promise();
  assert.equal(ContentLength, small.length);
});
await operation("list", async () => {
  for (const list of ["listObjects", "listObjectsV2"]) {
    const { Contents } = await client[list]({ Bucket }).promise();
    assert.deepEqual(
      Contents.map(({ Key }) => Key),
      ["large.bin", "small.txt"],
    );
  }
});
await operation("copy", async () => {
  await client.copyObject({ Bucket, Key: "copy", CopySource: `${Bucket}/small.txt` }).promise();
  assert.equal(String(await stored("copy")), small);
});
await operation("presign", async () => {
  const target = { Bucket, Key: "presigned" };
  const put = client.getSignedUrl("putObject", { ...target, ContentType: "text/html" });
  const reply = await fetch(put, { method: "PUT", body: Buffer.from("<p>") });
  assert.ok(reply.ok, await reply.text());
  const got = await fetch(client.getSignedUrl("getObject", target));
  assert.deepEqual([await got.text(), got.headers.get("content-type")], ["<p>", "text/html"]);
});
await operation("post form", async () => {
  const { url, fields } = client.createPresignedPost({ Bucket, Fields: { key: "posted" } });
  const form = new FormData();
  for (const [name, value] of Object.entries(fields)) form.append(name, value);
  form.append("file", new Blob(["posted"]));
  const reply = await fetch(url, { method: "POST", body: form });
  assert.ok(reply.ok, await reply.text());
  assert.equal(String(await stored("posted")), "posted");
});
await operation("delete", async () => {
  await client.deleteObject({ Bucket, Key: "copy" }).promise();
  await assert.rejects(stored("copy"), { code: "NoSuchKey" });
});
await operation("delete many", async () => {
  const Objects = ["large.bin", "presigned", "posted"].map((Key) => ({ Key }));
  const { Deleted } = await client.deleteObjects({ Bucket, Delete: { Objects } }).promise();
  assert.equal(Deleted.length, 3);
});
await operation("read settings", async () => {
  await client.getBucketVersioning({ Bucket }).promise();
  await client.getBucketAcl({ Bucket }).promise();
  await client.getObjectTagging({ Bucket, Key: "small.txt" }).promise();
});
await operation("tag", () => {
  const Tagging = { TagSet: [{ Key: "a", Value: "b" }] };
  return client.putObjectTagging({ Bucket, Key: "small.txt", Tagging }).promise();
});
await operation("remove bucket", async () => {
  await client.deleteObject({ Bucket, Key: "small.txt" }).promise();
  await client.deleteBucket({ Bucket }).promise();
});
