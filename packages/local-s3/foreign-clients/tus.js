import assert from "node:assert";
import { once } from "node:events";
import { readFile } from "node:fs/promises";

import {
  CreateBucketCommand,
  GetObjectCommand,
  ListMultipartUploadsCommand,
  S3Client,
} from "@aws-sdk/client-s3";
import { S3Store } from "@tus/s3-store";
import { Server } from "@tus/server";
import { Upload } from "tus-js-client";

import { operation } from "./report.js";

const { BUCKET: bucket, ENDPOINT: endpoint } = process.env;
const config = { endpoint, region: "us-east-1", forcePathStyle: true };
const client = new S3Client(config);
await client.send(new CreateBucketCommand({ Bucket: bucket }));
const large = await readFile("large.bin");

async function serve(options) {
  const s3ClientConfig = { ...config, bucket };
  const store = new S3Store({ partSize: 5 * 1024 * 1024, s3ClientConfig, ...options });
  const server = new Server({ path: "/files", datastore: store, respectForwardedHeaders: false });
  const listener = server.listen(0, "127.0.0.1");
  await once(listener, "listening");
  return { url: `http://127.0.0.1:${listener.address().port}/files`, listener };
}

/** Uploads in requests of 3 MB; with `stopAt`, only as many bytes at least. */
function upload(url, { stopAt = Infinity, uploadUrl } = {}) {
  return new Promise((resolve, reject) => {
    const upload = new Upload(large, {
      endpoint: url,
      uploadUrl,
      chunkSize: 3_000_000,
      retryDelays: null,
      onError: reject,
      onSuccess: () => resolve(upload.url),
      onChunkComplete(_, accepted) {
        if (accepted >= stopAt) upload.abort().then(() => resolve(upload.url), reject);
      },
    });
    upload.start();
  });
}

async function stored(uploadUrl) {
  const Key = new URL(uploadUrl).pathname.split("/").at(-1);
  const { Body } = await client.send(new GetObjectCommand({ Bucket: bucket, Key }));
  return Buffer.from(await Body.transformToByteArray());
}

const { url, listener } = await serve();
let uploaded = "";
await operation("tus upload", async () => {
  uploaded = await upload(url);
  assert.ok((await stored(uploaded)).equals(large));
});
await operation("tus resume", async () => {
  const uploadUrl = await upload(url, { stopAt: 6_000_000 });
  await upload(url, { uploadUrl });
  assert.ok((await stored(uploadUrl)).equals(large));
});
await operation("get", async () => {
  const reply = await fetch(uploaded);
  assert.ok(Buffer.from(await reply.arrayBuffer()).equals(large));
});
await operation("delete", async () => {
  // One that is finished cannot be terminated: the store aborts its multipart upload, which is over.
  const unfinished = await upload(url, { stopAt: 6_000_000 });
  await Upload.terminate(unfinished);
  const { Uploads = [] } = await client.send(new ListMultipartUploadsCommand({ Bucket: bucket }));
  assert.deepEqual(Uploads, []);
});
listener.close();

await operation("tag", async () => {
  const expiring = await serve({ expirationPeriodInMilliseconds: 60_000 });
  try {
    await upload(expiring.url);
  } finally {
    expiring.listener.close();
  }
});
