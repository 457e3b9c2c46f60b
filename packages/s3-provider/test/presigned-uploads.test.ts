import { createHash, randomBytes } from "node:crypto";

import { describe, expect, it } from "@jest/globals";

import { S3Provider } from "../src/index.js";
import { localS3 } from "./support/local-s3.js";
import { rejectionOf } from "./support/resources.js";

const { provider } = localS3();

const BODY = randomBytes(4_096);
const MD5 = createHash("md5").update(BODY).digest("base64");
const PUT = { expiresIn: 60, byteLength: BODY.byteLength, contentType: "image/png" };

async function put(url: string, headers: Record<string, string>, body: Buffer): Promise<number> {
  const sent = new Headers(headers);
  // fetch sends the length of the body, and browsers let nobody else say it.
  sent.delete("content-length");
  const response = await fetch(url, { method: "PUT", headers: sent, body });
  await response.arrayBuffer();
  return response.status;
}

async function post(
  { url, fields }: { url: string; fields: Record<string, string> },
  body: Buffer,
): Promise<number> {
  const form = new FormData();
  for (const [name, value] of Object.entries(fields)) form.append(name, value);
  form.append("file", new Blob([body]), "name.png");
  const response = await fetch(url, { method: "POST", body: form });
  await response.arrayBuffer();
  return response.status;
}

describe("a presigned PUT", () => {
  it("stores just what was announced", async () => {
    const s3 = provider();
    const { url, headers } = await s3.presignPut("put/é 1", { ...PUT, contentMd5: MD5 });
    expect(await put(url, { ...headers, "content-type": "image/gif" }, BODY)).toBe(403);
    expect(await put(url, headers, BODY.subarray(1))).toBe(403);
    expect(await put(url, headers, Buffer.concat([BODY, BODY]))).toBe(403);
    expect(await put(url, headers, randomBytes(BODY.byteLength))).toBe(400);
    expect(await put(`${url}0`, headers, BODY)).toBe(403);
    expect((await rejectionOf(s3.head("put/é 1"))) as Error).toMatchObject({
      code: "s3_not_found",
    });

    expect(await put(url, headers, BODY)).toBe(200);
    expect(await s3.head("put/é 1")).toMatchObject({
      byteLength: BODY.byteLength,
      contentType: "image/png",
    });
  });

  it("stores a part, in a multipart upload only", async () => {
    const s3 = provider();
    const upload = await s3.createMultipartUpload({ key: "parts", contentType: "image/png" });
    const part = { expiresIn: 60, partNumber: 1, byteLength: BODY.byteLength };
    const { url, headers } = await s3.presignPart(upload, part);
    expect(await put(url, headers, BODY.subarray(1))).toBe(403);
    expect(await s3.listParts(upload)).toEqual([]);
    expect(await put(url, headers, BODY)).toBe(200);

    const parts = await s3.listParts(upload);
    expect(parts).toEqual([
      { partNumber: 1, byteLength: BODY.byteLength, etag: expect.stringMatching(/^".+"$/) },
    ]);
    await s3.completeMultipartUpload(upload, parts);
    expect(await s3.head("parts")).toMatchObject({ byteLength: BODY.byteLength });
    expect(await put(url, headers, BODY)).toBe(404);
  });
});

describe("a presigned POST", () => {
  const FORM = {
    expiresIn: 60,
    byteLength: { min: BODY.byteLength, max: BODY.byteLength },
    contentType: "image/png",
  };

  it("stores a file of the announced size and type", async () => {
    const s3 = provider();
    const form = await s3.presignPost("form", FORM);
    if (form === undefined) throw new Error("there is no form");
    const changed = (name: string, value: string) => ({
      ...form,
      fields: { ...form.fields, [name]: value },
    });
    expect(await post(changed("key", "other"), BODY)).toBe(403);
    expect(await post(changed("Content-Type", "text/html"), BODY)).toBe(403);
    expect(await post(changed("x-amz-signature", "0".repeat(64)), BODY)).toBe(403);
    expect(await post(form, BODY.subarray(1))).toBe(400);
    expect(await post(form, Buffer.concat([BODY, BODY]))).toBe(400);
    expect((await rejectionOf(s3.head("form"))) as Error).toMatchObject({ code: "s3_not_found" });

    expect(await post(form, BODY)).toBe(204);
    expect(await s3.head("form")).toMatchObject({ contentType: "image/png" });
  });

  it.each([
    ["https://s3.eu-central-1.amazonaws.com", undefined, true],
    ["https://s3.eu-central-1.amazonaws.com", false, false],
    ["https://account.r2.cloudflarestorage.com", undefined, false],
    ["https://account.eu.r2.cloudflarestorage.com", undefined, false],
    ["https://s3.us-west-004.backblazeb2.com", undefined, false],
    ["https://s3.us-west-004.backblazeb2.com", true, true],
    ["https://backblazeb2.com.example", undefined, true],
  ])(
    "is there where the server takes forms: %s, postForms %p: %p",
    async (endpoint, postForms, is) => {
      const credentials = { accessKeyId: "id", secretAccessKey: "secret" };
      const client = { endpoint, region: "auto", credentials };
      const s3 = new S3Provider({ bucket: "media", client, postForms });
      expect((await s3.presignPost("form", FORM)) !== undefined).toBe(is);
      s3.destroy();
    },
  );
});

describe("a copy", () => {
  it("takes the type that it is given", async () => {
    const s3 = provider();
    const body = { body: BODY, byteLength: BODY.byteLength, contentType: "image/png" };
    const { etag } = await s3.put({ key: "source", ...body });
    await s3.copy({ sourceKey: "source", targetKey: "same" });
    expect(await s3.head("same")).toMatchObject({ contentType: "image/png", etag });
    await s3.copy({ sourceKey: "source", targetKey: "typed", contentType: "image/gif" });
    expect(await s3.head("typed")).toMatchObject({ contentType: "image/gif", etag });
  });
});
