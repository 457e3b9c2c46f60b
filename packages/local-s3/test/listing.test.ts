import { ListObjectsCommand, ListObjectsV2Command, type S3Client } from "@aws-sdk/client-s3";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { sdkClient, send } from "@repo/s3-contract/requests";

import { BUCKET, startTestServer, type TestServer } from "./support/test-server.js";

const KEYS = [
  "a/1",
  "a/2",
  "a/b/3",
  "b",
  "c/4",
  "d+e f",
  "z",
  "ｚ fullwidth",
  "𐀀 beyond the basic plane",
];

describe("listing objects", () => {
  let server: TestServer;
  let client: S3Client;
  beforeAll(async () => {
    server = await startTestServer();
    client = sdkClient(server);
    for (const key of [...KEYS].reverse()) {
      const path = `/${BUCKET}/${key.split("/").map(encodeURIComponent).join("/")}`;
      await send(server, { method: "PUT", path, body: key });
    }
  });
  afterAll(async () => {
    client.destroy();
    await server.stop();
  });

  async function list(input: object) {
    const page = await client.send(new ListObjectsV2Command({ Bucket: BUCKET, ...input }));
    return {
      keys: page.Contents?.map(({ Key }) => Key) ?? [],
      prefixes: page.CommonPrefixes?.map(({ Prefix }) => Prefix) ?? [],
      page,
    };
  }

  it("is in the order of the keys' UTF-8 bytes, with size, ETag and time", async () => {
    const { keys, page } = await list({});
    expect(keys).toEqual(KEYS);
    expect(page).toMatchObject({ KeyCount: KEYS.length, IsTruncated: false, MaxKeys: 1000 });
    expect(page.Contents?.[0]).toMatchObject({
      Size: 3,
      ETag: expect.stringMatching(/^"[0-9a-f]{32}"$/),
      LastModified: expect.anything(),
      StorageClass: "STANDARD",
    });
    expect(page.Contents?.[0]).not.toHaveProperty("Owner");
    const owned = await list({ FetchOwner: true });
    expect(owned.page.Contents?.[0]).toHaveProperty("Owner");
  });

  it("encodes keys when asked to", async () => {
    const { keys } = await list({ Prefix: "d", EncodingType: "url" });
    expect(keys).toEqual(["d%2Be+f"]);
  });

  it("allows max-keys of 0 and caps it at 1000", async () => {
    expect((await list({ MaxKeys: 0 })).page).toMatchObject({ KeyCount: 0, IsTruncated: false });
    expect((await list({ MaxKeys: 5000 })).page.MaxKeys).toBe(1000);
  });

  it.each([
    "max-keys=-1",
    "max-keys=many",
    "encoding-type=base64",
    "continuation-token=invented",
    "continuation-token=",
  ])("refuses %s", async (parameter) => {
    const query = `${parameter}&list-type=2`.split("&").sort().join("&");
    const reply = await send(server, { method: "GET", path: `/${BUCKET}`, query });
    expect(reply).toMatchObject({ status: 400, code: "InvalidArgument" });
  });

  it("also speaks version 1", async () => {
    const first = await client.send(
      new ListObjectsCommand({ Bucket: BUCKET, Delimiter: "/", MaxKeys: 1 }),
    );
    expect(first).toMatchObject({ IsTruncated: true, NextMarker: "a/" });
    expect(first.CommonPrefixes).toEqual([{ Prefix: "a/" }]);
    const second = await client.send(
      new ListObjectsCommand({ Bucket: BUCKET, Delimiter: "/", MaxKeys: 2, Marker: "a/" }),
    );
    expect(second.Contents?.map(({ Key }) => Key)).toEqual(["b"]);
    expect(second.CommonPrefixes).toEqual([{ Prefix: "c/" }]);
  });
});
