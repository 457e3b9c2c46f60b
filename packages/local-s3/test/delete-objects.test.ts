import { createHash } from "node:crypto";

import { DeleteObjectsCommand, type S3Client } from "@aws-sdk/client-s3";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { sdkClient, send } from "@repo/s3-contract/requests";

import { BUCKET, startTestServer, type TestServer } from "./support/test-server.js";

describe("DeleteObjects", () => {
  let server: TestServer;
  let client: S3Client;
  beforeAll(async () => {
    server = await startTestServer();
    client = sdkClient(server);
  });
  afterAll(async () => {
    client.destroy();
    await server.stop();
  });

  const remove = (keys: readonly string[], Quiet = false) =>
    client.send(
      new DeleteObjectsCommand({
        Bucket: BUCKET,
        Delete: { Objects: keys.map((Key) => ({ Key })), Quiet },
      }),
    );

  it("reports only errors when quiet", async () => {
    const reply = await remove(["absent", "k".repeat(1025)], true);
    expect(reply.Deleted).toBeUndefined();
    expect(reply.Errors).toMatchObject([{ Code: "KeyTooLongError" }]);
  });

  it("takes 1,000 keys of 1,024 bytes, and not one more", async () => {
    const keys = Array.from({ length: 1000 }, (_, index) => String(index).padStart(1024, '"'));
    expect((await remove(keys)).Deleted).toHaveLength(1000);
    await expect(remove([...keys, "more"])).rejects.toMatchObject({ name: "MalformedXML" });
  });
});

describe("DeleteObjects by hand", () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startTestServer();
  });
  afterAll(() => server.stop());

  const post = (body: string, headers?: Record<string, string>) => {
    const md5 = createHash("md5").update(body).digest("base64");
    return send(server, {
      method: "POST",
      path: `/${BUCKET}`,
      query: "delete=",
      headers: headers ?? { "content-md5": md5 },
      body,
    });
  };

  it("requires a digest of its document", async () => {
    const reply = await post("<Delete><Object><Key>a</Key></Object></Delete>", {});
    expect(reply).toMatchObject({ status: 400, code: "InvalidRequest" });
  });

  it.each([
    ["nothing", ""],
    ["text", "delete it all"],
    ["another root", "<Remove><Object><Key>a</Key></Object></Remove>"],
    ["two roots", "<Delete><Object><Key>a</Key></Object></Delete><x/>"],
    ["tags that do not match", "<Delete><Object><Key>a</Object></Key></Delete>"],
    ["no objects", "<Delete></Delete>"],
    ["no key", "<Delete><Object></Object></Delete>"],
    ["two keys in one", "<Delete><Object><Key>a</Key><Key>b</Key></Object></Delete>"],
    ["two keys in the last", "<Delete><Object><Key>kept</Key></Object><Object/></Delete>"],
    [
      "an unknown condition",
      "<Delete><Object><Key>kept</Key><IfOlder>x</IfOlder></Object></Delete>",
    ],
    ["an unknown element", "<Delete><Object><Key>kept</Key></Object><Force>1</Force></Delete>"],
    ["a flag that is none", "<Delete><Object><Key>kept</Key></Object><Quiet>very</Quiet></Delete>"],
    ["an unknown entity", "<Delete><Object><Key>&x;</Key></Object></Delete>"],
    [
      "a name of JavaScript's as an entity",
      "<Delete><Object><Key>&constructor;</Key></Object></Delete>",
    ],
    [
      "a document type",
      '<!DOCTYPE x [<!ENTITY x "y">]><Delete><Object><Key>&x;</Key></Object></Delete>',
    ],
    ["deep nesting", `<Delete>${"<a>".repeat(500)}${"</a>".repeat(500)}</Delete>`],
  ])("refuses %s", async (_, body) => {
    const path = `/${BUCKET}/kept`;
    await send(server, { method: "PUT", path, body: "x" });
    expect(await post(body)).toMatchObject({ status: 400, code: "MalformedXML" });
    expect(await send(server, { method: "GET", path })).toMatchObject({ status: 200 });
  });

  it("deletes under the condition of an ETag, and implements no other", async () => {
    const put = (key: string) =>
      send(server, { method: "PUT", path: `/${BUCKET}/${key}`, body: "x" });
    const keys = ["same", "changed", "sized", "timed", "versioned"];
    const [etag = ""] = (await Promise.all(keys.map(put))).map(({ headers }) => headers["etag"]);
    const object = (key: string, condition: string) =>
      `<Object><Key>${key}</Key>${condition}</Object>`;
    const { text } = await post(
      `<Delete>${[
        object("same", `<ETag>${etag}</ETag>`),
        object("changed", "<ETag>another</ETag>"),
        object("sized", "<Size>1</Size>"),
        object("timed", "<LastModifiedTime>2035-01-01T00:00:00Z</LastModifiedTime>"),
        object("versioned", "<VersionId>null</VersionId>"),
      ].join("")}</Delete>`,
    );
    const errors = [...text.matchAll(/<Error><Key>(\w+)<\/Key><Code>(\w+)<\/Code>/g)];
    expect(errors.map(([, key, code]) => [key, code])).toEqual([
      ["changed", "PreconditionFailed"],
      ["sized", "NotImplemented"],
      ["timed", "NotImplemented"],
      ["versioned", "NotImplemented"],
    ]);
    for (const key of keys) {
      const { status } = await send(server, { method: "GET", path: `/${BUCKET}/${key}` });
      expect([key, status]).toEqual([key, key === "same" ? 404 : 200]);
    }
  });

  it("refuses a document beyond its limit", async () => {
    const body = `<Delete>${" ".repeat(8 * 1024 * 1024)}</Delete>`;
    expect(await post(body)).toMatchObject({ status: 400, code: "MaxMessageLengthExceeded" });
  });
});
