import assert from "node:assert";
import { createReadStream } from "node:fs";
import { readFile, stat } from "node:fs/promises";

import { CreateBucketCommand, S3Client } from "@aws-sdk/client-s3";
import { Disk } from "flydrive";
import { S3Driver } from "flydrive/drivers/s3";

import { operation } from "./report.js";

const { BUCKET: bucket, ENDPOINT: endpoint } = process.env;
const client = new S3Client({
  endpoint,
  region: "us-east-1",
  forcePathStyle: true,
  // Or a presigned upload would have the checksum of nothing.
  requestChecksumCalculation: "WHEN_REQUIRED",
});
await client.send(new CreateBucketCommand({ Bucket: bucket }));
const disk = new Disk(new S3Driver({ client, bucket, visibility: "private" }));
const small = await readFile("small.txt", "utf8");

await operation("put small", () => disk.put("small.txt", small));
await operation("put stream", async () => {
  const { size: contentLength } = await stat("large.bin");
  await disk.putStream("large.bin", createReadStream("large.bin"), { contentLength });
});
await operation("get", async () => {
  assert.equal(await disk.get("small.txt"), small);
  assert.ok(Buffer.from(await disk.getBytes("large.bin")).equals(await readFile("large.bin")));
});
await operation("head", async () => {
  assert.equal((await disk.getMetaData("small.txt")).contentLength, small.length);
  assert.equal(await disk.exists("missing.txt"), false);
});
await operation("list", async () => {
  const { objects } = await disk.listAll();
  assert.deepEqual(
    [...objects].map(({ key }) => key),
    ["large.bin", "small.txt"],
  );
});
await operation("copy", async () => {
  await disk.copy("small.txt", "copy.txt");
  assert.equal(await disk.get("copy.txt"), small);
});
await operation("move", async () => {
  await disk.move("copy.txt", "moved.txt");
  assert.equal(await disk.get("moved.txt"), small);
  assert.equal(await disk.exists("copy.txt"), false);
});
await operation("presign", async () => {
  const type = "text/html";
  const url = await disk.getSignedUploadUrl("presigned", { contentType: type });
  await fetch(url, { method: "PUT", body: "<p>", headers: { "content-type": type } });
  const reply = await fetch(await disk.getSignedUrl("presigned"));
  assert.deepEqual([await reply.text(), reply.headers.get("content-type")], ["<p>", type]);
});
await operation("read settings", async () => {
  assert.equal(await disk.getVisibility("small.txt"), "private");
});
await operation("delete", async () => {
  await disk.delete("moved.txt");
  assert.equal(await disk.exists("moved.txt"), false);
});
await operation("make public", () => disk.setVisibility("small.txt", "public"));
await operation("delete many", async () => {
  await disk.deleteAll("");
  assert.deepEqual([...(await disk.listAll()).objects], []);
});
