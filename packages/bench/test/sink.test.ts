import { createHash } from "node:crypto";

import { S3Client } from "@aws-sdk/client-s3";
import { Upload } from "@aws-sdk/lib-storage";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { S3Provider } from "@repo/s3-provider";

import { LOCAL_S3 } from "../src/services/local-s3-settings.js";
import { connectionOf } from "../src/services/s3-connection.js";
import type { S3Address } from "../src/services/service-addresses.js";
import { type Sink, startSink } from "../src/services/sink.js";
import { setSinkHashing, sinkSha256 } from "../src/services/sink-client.js";

const BODY = Buffer.alloc(6 * 1024 * 1024, "sound");
const SHA256 = createHash("sha256").update(BODY).digest("hex");

describe("the sink", () => {
  let sink: Sink;
  let address: S3Address;

  beforeAll(async () => {
    sink = await startSink();
    address = { ...LOCAL_S3, endpoint: sink.endpoint };
    await setSinkHashing(address, true);
  });
  afterAll(() => sink.close());

  it("hashes what our provider puts", async () => {
    const s3 = new S3Provider({ bucket: address.bucket, client: connectionOf(address) });
    const body = { body: BODY, byteLength: BODY.byteLength };
    await s3.put({ key: "a/b.wav", ...body, contentType: "audio/wav" });
    s3.destroy();
    expect(await sinkSha256(address, "a/b.wav")).toBe(SHA256);
  });

  it("hashes the parts of a managed upload without the framing of its checksums", async () => {
    const client = new S3Client(connectionOf(address));
    const params = { Bucket: address.bucket, Key: "parts", Body: BODY };
    await new Upload({ client, params, partSize: 5 * 1024 * 1024 }).done();
    client.destroy();
    expect(await sinkSha256(address, "parts")).toBe(SHA256);
  });

  it("says of each key of a batch that it is gone", async () => {
    const s3 = new S3Provider({ bucket: address.bucket, client: connectionOf(address) });
    const keys = ["a/b.wav", "a & b <c>.png"];
    expect(await s3.deleteMany(keys)).toEqual({ deleted: keys, failed: [] });
    s3.destroy();
  });

  it("has nothing of what it was not sent", async () => {
    await expect(sinkSha256(address, "nothing")).rejects.toThrow("nothing under nothing");
  });
});
