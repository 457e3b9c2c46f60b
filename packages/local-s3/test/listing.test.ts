import {
  ListObjectsCommand,
  ListObjectsV2Command,
  paginateListObjectsV2,
  type S3Client,
} from "@aws-sdk/client-s3";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";

import { send } from "./support/http.js";
import { sdkClient } from "./support/sdk.js";
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

  it("is narrowed by a prefix and starts after a key", async () => {
    expect((await list({ Prefix: "a/" })).keys).toEqual(["a/1", "a/2", "a/b/3"]);
    expect((await list({ Prefix: "none" })).keys).toEqual([]);
    expect((await list({ StartAfter: "c/4" })).keys[0]).toBe("d+e f");
    expect((await list({ StartAfter: "c/3" })).keys[0]).toBe("c/4");
    expect((await list({ Prefix: "a/", StartAfter: "a/1" })).keys).toEqual(["a/2", "a/b/3"]);
    expect((await list({ Prefix: "a/", StartAfter: "b" })).keys).toEqual([]);
  });

  it("rolls keys up to the delimiter into one prefix", async () => {
    const { keys, prefixes, page } = await list({ Delimiter: "/" });
    expect(keys).toEqual(KEYS.filter((key) => !key.includes("/")));
    expect(prefixes).toEqual(["a/", "c/"]);
    expect(page.KeyCount).toBe(keys.length + prefixes.length);
    expect(await list({ Delimiter: "/", Prefix: "a/" })).toMatchObject({
      keys: ["a/1", "a/2"],
      prefixes: ["a/b/"],
    });
  });

  it.each([1, 2, 3, 100])("finds everything once in pages of %i", async (pageSize) => {
    for (const Delimiter of [undefined, "/"]) {
      const found: (string | undefined)[] = [];
      const pages = paginateListObjectsV2({ client, pageSize }, { Bucket: BUCKET, Delimiter });
      for await (const page of pages) {
        expect(page.KeyCount).toBeLessThanOrEqual(pageSize);
        found.push(...(page.Contents ?? []).map(({ Key }) => Key));
        found.push(...(page.CommonPrefixes ?? []).map(({ Prefix }) => Prefix));
      }
      const expected =
        Delimiter === undefined ? KEYS : ["a/", "c/", ...KEYS.filter((key) => !key.includes("/"))];
      expect(found.sort()).toEqual([...expected].sort());
    }
  });

  it("goes on where it was when keys come and go between pages", async () => {
    const first = await list({ MaxKeys: 2 });
    await send(server, { method: "DELETE", path: `/${BUCKET}/a/2` });
    await send(server, { method: "PUT", path: `/${BUCKET}/a/1x` });
    const second = await list({ MaxKeys: 2, ContinuationToken: first.page.NextContinuationToken });
    expect(second.keys).toEqual(["a/b/3", "b"]);
    await send(server, { method: "DELETE", path: `/${BUCKET}/a/1x` });
    await send(server, { method: "PUT", path: `/${BUCKET}/a/2`, body: "a/2" });
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

  it("is NoSuchBucket where there is no bucket", async () => {
    await expect(
      client.send(new ListObjectsV2Command({ Bucket: "missing" })),
    ).rejects.toMatchObject({ name: "NoSuchBucket" });
  });
});
