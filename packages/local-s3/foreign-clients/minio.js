import assert from "node:assert";
import { readFile } from "node:fs/promises";

import { Client, CopyDestinationOptions, CopySourceOptions } from "minio";

import { operation } from "./report.js";

const { BUCKET: bucket, AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY } = process.env;
const { hostname, port } = new URL(process.env.ENDPOINT);
const client = new Client({
  endPoint: hostname,
  port: Number(port),
  useSSL: false,
  accessKey: AWS_ACCESS_KEY_ID,
  secretKey: AWS_SECRET_ACCESS_KEY,
  partSize: 6 * 1024 * 1024,
});
const small = await readFile("small.txt", "utf8");

async function text(stream) {
  const chunks = await stream.toArray();
  return Buffer.concat(chunks).toString();
}
const stored = async (key) => text(await client.getObject(bucket, key));
const names = async (stream) => (await stream.toArray()).map(({ name }) => name);

await operation("make bucket", () => client.makeBucket(bucket));
await operation("put small", () => client.putObject(bucket, "small.txt", small));
await operation("put multipart", async () => {
  await client.fPutObject(bucket, "large.bin", "large.bin");
  assert.match((await client.statObject(bucket, "large.bin")).etag, /-2$/);
});
await operation("get", async () => {
  await client.fGetObject(bucket, "large.bin", "got");
  assert.ok((await readFile("got")).equals(await readFile("large.bin")));
});
await operation("range", async () => {
  assert.equal(await text(await client.getPartialObject(bucket, "small.txt", 2, 5)), "small");
});
await operation("head", async () => {
  assert.equal((await client.statObject(bucket, "small.txt")).size, small.length);
});
await operation("list", async () => {
  for (const list of [
    client.listObjects(bucket, "", true),
    client.listObjectsV2(bucket, "", true),
  ]) {
    assert.deepEqual(await names(list), ["large.bin", "small.txt"]);
  }
});
await operation("copy", async () => {
  await client.copyObject(bucket, "copy.txt", `/${bucket}/small.txt`);
  assert.equal(await stored("copy.txt"), small);
});
await operation("copy multipart", async () => {
  const parts = ["large.bin", "small.txt"];
  await client.composeObject(
    new CopyDestinationOptions({ Bucket: bucket, Object: "composed" }),
    parts.map((Object) => new CopySourceOptions({ Bucket: bucket, Object })),
  );
  assert.equal(await stored("composed"), (await readFile("large.bin", "utf8")) + small);
});
await operation("move", async () => {
  await client.copyObject(bucket, "moved.txt", `/${bucket}/copy.txt`);
  await client.removeObject(bucket, "copy.txt");
  assert.equal(await stored("moved.txt"), small);
});
await operation("presign", async () => {
  const body = "presigned";
  await fetch(await client.presignedPutObject(bucket, "presigned", 60), { method: "PUT", body });
  const reply = await fetch(await client.presignedGetObject(bucket, "presigned", 60));
  assert.equal(await reply.text(), body);
});
await operation("post form", async () => {
  const policy = client.newPostPolicy();
  policy.setBucket(bucket);
  policy.setKey("posted");
  policy.setExpires(new Date(Date.now() + 60_000));
  const { postURL, formData } = await client.presignedPostPolicy(policy);
  const form = new FormData();
  for (const [name, value] of Object.entries(formData)) form.append(name, value);
  form.append("file", new Blob(["posted"]));
  const reply = await fetch(postURL, { method: "POST", body: form });
  assert.ok(reply.ok, await reply.text());
  assert.equal(await stored("posted"), "posted");
});
await operation("delete", async () => {
  await client.removeObject(bucket, "moved.txt");
  await assert.rejects(client.statObject(bucket, "moved.txt"), { code: "NotFound" });
});
await operation("delete many", async () => {
  await client.removeObjects(bucket, ["large.bin", "composed", "presigned", "posted"]);
  assert.deepEqual(await names(client.listObjectsV2(bucket, "", true)), ["small.txt"]);
});
await operation("read settings", async () => {
  await client.getBucketVersioning(bucket);
  await client.getBucketEncryption(bucket);
  assert.deepEqual(await client.getObjectTagging(bucket, "small.txt"), []);
  await assert.rejects(client.getBucketPolicy(bucket), { code: "NoSuchBucketPolicy" });
  await assert.rejects(client.getBucketTagging(bucket), { code: "NoSuchTagSet" });
});
await operation("tag", () => client.setObjectTagging(bucket, "small.txt", { a: "b" }));
await operation("remove bucket", async () => {
  await client.removeObject(bucket, "small.txt");
  await client.removeBucket(bucket);
});
