import { createHash } from "node:crypto";

import { S3Client } from "@aws-sdk/client-s3";
import { describe, expect, it } from "@jest/globals";

import { S3Provider } from "../src/index.js";
import { connection, rejectionOf, testResources } from "./support/resources.js";
import { type Reply, respond, respondError, respondXml } from "./support/scripted-server.js";

const { scripted, defer } = testResources();

async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const collected: T[] = [];
  for await (const item of items) collected.push(item);
  return collected;
}

function page(keys: string[], next?: string, encoding = "<EncodingType>url</EncodingType>"): Reply {
  const contents = keys.map(
    (key) =>
      `<Contents><Key>${key}</Key><Size>3</Size><ETag>&quot;e&quot;</ETag>` +
      "<LastModified>2024-05-06T07:08:09.000Z</LastModified></Contents>",
  );
  const rest =
    next === undefined
      ? "<IsTruncated>false</IsTruncated>"
      : `<IsTruncated>true</IsTruncated><NextContinuationToken>${next}</NextContinuationToken>`;
  return listed(`${encoding}${contents.join("")}${rest}`);
}

function listed(content: string): Reply {
  return respondXml(`<ListBucketResult><Name>media</Name>${content}</ListBucketResult>`);
}

function parametersOf(url: string): Record<string, string> {
  return Object.fromEntries(new URL(url, "http://host").searchParams);
}

describe("list", () => {
  it("yields the objects of all pages", async () => {
    const { s3, server } = await scripted([page(["p/a", "p/b"], "token"), page(["p/c"])]);

    const objects = await all(s3.list({ prefix: "p/", startAfter: "p/0", pageSize: 2 }));

    expect(objects.map(({ key }) => key)).toEqual(["p/a", "p/b", "p/c"]);
    expect(objects[0]).toEqual({
      key: "p/a",
      byteLength: 3,
      etag: '"e"',
      lastModified: new Date("2024-05-06T07:08:09Z"),
    });
    expect(server.seen.map(({ url }) => parametersOf(url))).toMatchObject([
      { "list-type": "2", prefix: "p/", "start-after": "p/0", "max-keys": "2" },
      { "list-type": "2", prefix: "p/", "continuation-token": "token" },
    ]);
  });

  it("fetches a page only when it is wanted", async () => {
    const { s3, server } = await scripted([page(["a", "b"], "token"), page(["c"])]);

    const objects = s3.list()[Symbol.asyncIterator]();
    expect(server.seen).toHaveLength(0);
    await objects.next();
    await objects.next();
    expect(server.seen).toHaveLength(1);
    await objects.next();
    expect(server.seen).toHaveLength(2);
  });

  it("decodes keys when the server encoded them, and only then", async () => {
    const encoded = await scripted([page(["a+b%2Bc%01%C3%A9"])]);
    expect(await all(encoded.s3.list())).toMatchObject([{ key: "a b+c\u0001é" }]);

    const plain = await scripted([page(["a+b%2Bc"], undefined, "")]);
    expect(await all(plain.s3.list())).toMatchObject([{ key: "a+b%2Bc" }]);
  });

  it("yields nothing for an empty bucket", async () => {
    const { s3 } = await scripted([page([])]);

    expect(await all(s3.list())).toEqual([]);
  });

  it.each([
    ["a key that is not encoded", page(["%zz"])],
    ["a truncated page without a token", page(["a"], "")],
    [
      "an object without a size",
      listed("<IsTruncated>false</IsTruncated><Contents><Key>k</Key></Contents>"),
    ],
  ])("does not accept %s", async (_name, reply) => {
    const { s3 } = await scripted([reply]);

    await expect(all(s3.list())).rejects.toMatchObject({
      code: "s3_unexpected",
      operation: "list",
    });
  });

  it("does not accept a key that is not below the prefix", async () => {
    const { s3 } = await scripted([page(["a/1", "b/1"])]);

    await expect(all(s3.list({ prefix: "a/" }))).rejects.toMatchObject({ code: "s3_unexpected" });
  });

  it("does not go round in circles with a server that repeats itself", async () => {
    const { s3 } = await scripted([page(["a"], "token")]);

    await expect(all(s3.list())).rejects.toMatchObject({ code: "s3_unexpected" });
  });

  it("rejects with a typed error, and when aborted between pages", async () => {
    const { s3 } = await scripted([respondError(404, "NoSuchBucket"), page(["a"], "token")]);
    await expect(all(s3.list())).rejects.toMatchObject({ code: "s3_bucket_not_found" });

    const controller = new AbortController();
    const objects = s3.list({ signal: controller.signal })[Symbol.asyncIterator]();
    await objects.next();
    controller.abort();
    expect(await rejectionOf(objects.next())).toMatchObject({ code: "s3_aborted" });
  });
});

describe("listMultipartUploads", () => {
  const upload = (key: string) =>
    `<Upload><Key>${key}</Key><UploadId>id</UploadId>` +
    "<Initiated>2024-05-06T07:08:09.000Z</Initiated></Upload>";

  const listing = (content: string) =>
    respondXml(
      `<ListMultipartUploadsResult><Bucket>media</Bucket>${content}</ListMultipartUploadsResult>`,
    );

  it("yields the uploads of all pages", async () => {
    const { s3, server } = await scripted([
      listing(
        `<EncodingType>url</EncodingType>${upload("x+1")}<IsTruncated>true</IsTruncated>` +
          "<NextKeyMarker>x+1</NextKeyMarker><NextUploadIdMarker>id</NextUploadIdMarker>",
      ),
      listing(`${upload("xb")}<IsTruncated>false</IsTruncated>`),
    ]);

    await expect(all(s3.listMultipartUploads({ prefix: "x" }))).resolves.toEqual([
      { key: "x 1", uploadId: "id", initiatedAt: new Date("2024-05-06T07:08:09Z") },
      { key: "xb", uploadId: "id", initiatedAt: new Date("2024-05-06T07:08:09Z") },
    ]);
    expect(parametersOf(server.seen[1]?.url ?? "")).toMatchObject({
      prefix: "x",
      "key-marker": "x 1",
      "upload-id-marker": "id",
    });
  });

  it.each([
    "<IsTruncated>false</IsTruncated><Upload><Key>k</Key></Upload>",
    "<IsTruncated>true</IsTruncated>",
    "<IsTruncated>true</IsTruncated><NextKeyMarker>k</NextKeyMarker>",
  ])("does not accept %s", async (content) => {
    const { s3 } = await scripted([listing(content)]);

    await expect(all(s3.listMultipartUploads())).rejects.toMatchObject({
      code: "s3_unexpected",
      operation: "listMultipartUploads",
    });
  });
});

describe("deleteMany", () => {
  const deleted = (key: string) => `<Deleted><Key>${key}</Key></Deleted>`;
  const failed = (key: string, code: string) =>
    `<Error><Key>${key}</Key><Code>${code}</Code><Message>m</Message></Error>`;
  const result = (...entries: string[]) =>
    respondXml(`<DeleteResult>${entries.join("")}</DeleteResult>`);

  it("reads the errors inside a successful answer", async () => {
    const { s3 } = await scripted([
      result(
        deleted("a"),
        failed("b", "AccessDenied"),
        failed("c", "InternalError"),
        failed("d", "NoSuchKey"),
        failed("e", "MethodNotAllowed"),
      ),
    ]);

    await expect(s3.deleteMany(["a", "b", "c", "d", "e"])).resolves.toMatchObject({
      deleted: ["a", "d"],
      failed: [
        { key: "b", error: { code: "s3_access_denied", outcome: "not_applied", key: "b" } },
        { key: "c", error: { code: "s3_unavailable", outcome: "unknown", retryable: true } },
        { key: "e", error: { code: "s3_invalid_request", retryable: false } },
      ],
    });
  });

  it("takes no key for deleted that the answer does not mention", async () => {
    const { s3 } = await scripted([result(deleted("a"))]);

    await expect(s3.deleteMany(["a", "b"])).resolves.toMatchObject({
      deleted: ["a"],
      failed: [{ key: "b", error: { code: "s3_unexpected", outcome: "unknown" } }],
    });
  });

  it("sends distinct keys in batches, goes on after a failed batch, and escapes keys", async () => {
    const keys = Array.from({ length: 1_500 }, (_, index) => `k${index}`);
    const { s3, server } = await scripted(
      [respondError(500, "InternalError"), result(...keys.slice(1_000).map(deleted))],
      { maxAttempts: 1 },
    );

    const { deleted: gone, failed: kept } = await s3.deleteMany([...keys, "k0"]);

    expect(gone).toEqual(keys.slice(1_000));
    expect(kept.map(({ key }) => key)).toEqual(keys.slice(0, 1_000));
    expect(kept[0]?.error).toMatchObject({ code: "s3_unavailable", outcome: "unknown" });
    const counts = server.seen.map(({ body }) => body.toString().match(/<Key>/g)?.length);
    expect(counts).toEqual([1_000, 500]);
  });

  it("sends keys that XML cannot carry one by one, not to spoil the batch", async () => {
    const { s3, server } = await scripted([respond(204), respond(204), result(deleted("ok"))]);

    await expect(s3.deleteMany(["ok", "bell \u0007", "line\r\n"])).resolves.toEqual({
      deleted: ["bell \u0007", "line\r\n", "ok"],
      failed: [],
    });
    const requests = server.seen.map(({ method, url }) => `${method} ${url.replace(/\?.*/, "")}`);
    expect(requests.toSorted()).toEqual([
      "DELETE /media/bell%20%07",
      "DELETE /media/line%0D%0A",
      "POST /media/",
    ]);
  });

  it("sends the MD5 of its document besides the checksum of the SDK", async () => {
    const { s3, server } = await scripted([result(deleted("a"))]);
    const own = new S3Client(connection(server.endpoint));
    defer(() => {
      own.destroy();
    });

    await s3.deleteMany(["a"]);
    await new S3Provider({ bucket: "media", client: own }).deleteMany(["a"]);

    for (const { headers, body } of server.seen) {
      const md5 = createHash("md5").update(body).digest("base64");
      expect(headers["content-md5"]).toBe(md5);
      expect(headers["x-amz-checksum-crc32"]).toBeDefined();
    }
    expect(server.seen).toHaveLength(2);
  });

  it.each([
    [400, "InvalidRequest"],
    [405, "MethodNotAllowed"],
    [411, "MissingContentLength"],
    [501, "NotImplemented"],
  ])("deletes one by one from then on where a server answers %i", async (status, code) => {
    const { s3, server } = await scripted([respondError(status, code), respond(204)]);
    const keys = Array.from({ length: 20 }, (_, index) => `k${index}`);

    await expect(s3.deleteMany(keys)).resolves.toEqual({ deleted: keys, failed: [] });
    await expect(s3.deleteMany(["x", "y"])).resolves.toMatchObject({ deleted: ["x", "y"] });

    const methods = server.seen.map(({ method }) => method);
    expect(methods).toEqual(["POST", ...[...keys, "x", "y"].map(() => "DELETE")]);
  });

  it("asks anew for the next batch where the single deletes fail as well", async () => {
    const { s3, server } = await scripted([respondError(400, "InvalidRequest")]);

    for (let turn = 0; turn < 2; turn += 1) {
      await expect(s3.deleteMany(["a", "b"])).resolves.toMatchObject({
        deleted: [],
        failed: [{ key: "a", error: { code: "s3_invalid_request", statusCode: 400 } }, {}],
      });
    }
    expect(server.seen.filter(({ method }) => method === "POST")).toHaveLength(2);
  });

  it.each([
    [400, "ExpiredToken", "s3_access_denied"],
    [403, "AccessDenied", "s3_access_denied"],
    [404, "NoSuchBucket", "s3_bucket_not_found"],
  ])("deletes nothing one by one after a %i %s", async (status, code, expected) => {
    const { s3, server } = await scripted([respondError(status, code), respond(204)]);

    await expect(s3.deleteMany(["a"])).resolves.toMatchObject({
      failed: [{ key: "a", error: { code: expected } }],
    });
    expect(server.seen).toHaveLength(1);
  });

  it("sends nothing for no keys", async () => {
    const { s3, server } = await scripted([respond(500)]);

    await expect(s3.deleteMany([])).resolves.toEqual({ deleted: [], failed: [] });
    expect(server.seen).toEqual([]);
  });

  it("rejects when it is aborted", async () => {
    const { s3 } = await scripted([result()]);

    await expect(s3.deleteMany(["a"], { signal: AbortSignal.abort() })).rejects.toMatchObject({
      code: "s3_aborted",
    });
  });
});
