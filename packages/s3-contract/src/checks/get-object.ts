import { createHash } from "node:crypto";

import { GetObjectCommand, HeadObjectCommand } from "@aws-sdk/client-s3";
import { expect } from "expect";

import { type CheckGroup, HTTP_DIALECT, SDK_DIALECTS } from "../check.js";
import { type Subject } from "../subject.js";

const BODY = "0123456789";
const ETAG = createHash("md5").update(BODY).digest("hex");
const HOUR = 3_600_000;

export const getObject: CheckGroup = {
  name: "GetObject",
  dialects: HTTP_DIALECT,
  checks: {
    async "answers whole, with size, type, ETag and time, and HeadObject without the body"(s3) {
      await s3.put("digits", BODY, { "content-type": "text/plain" });
      const get = await s3.get("digits");
      const head = await s3.send({ method: "HEAD", path: s3.path("digits") });
      expect(get).toMatchObject({ status: 200, text: BODY });
      expect(head).toMatchObject({ status: 200, text: "" });
      for (const { headers } of [get, head]) {
        expect(headers).toMatchObject({
          "accept-ranges": "bytes",
          "content-length": "10",
          "content-type": "text/plain",
          etag: `"${ETAG}"`,
        });
        expect(Date.now() - Date.parse(headers["last-modified"] ?? "")).toBeLessThan(60_000);
      }
    },

    async "answers a range, an open range and a suffix with that part"(s3) {
      await s3.put("digits", BODY);
      for (const [range, text, contentRange] of [
        ["bytes=0-0", "0", "bytes 0-0/10"],
        ["bytes=2-4", "234", "bytes 2-4/10"],
        ["bytes=7-", "789", "bytes 7-9/10"],
        ["bytes=8-100", "89", "bytes 8-9/10"],
        ["bytes=-3", "789", "bytes 7-9/10"],
        ["bytes=-100", BODY, "bytes 0-9/10"],
      ] as const) {
        const reply = await s3.get("digits", { range });
        expect({ range, status: reply.status, text: reply.text }).toEqual({
          range,
          status: 206,
          text,
        });
        expect(reply.headers).toMatchObject({
          "content-range": contentRange,
          "content-length": String(text.length),
        });
      }
    },

    async "refuses a range beyond the end, and every range of an empty object"(s3) {
      await s3.put("digits", BODY);
      await s3.put("empty", "");
      for (const [key, range] of [
        ["digits", "bytes=10-"],
        ["digits", "bytes=10-12"],
        ["empty", "bytes=0-"],
      ] as const) {
        const reply = await s3.get(key, { range });
        expect(reply).toMatchObject({ status: 416, code: "InvalidRange" });
      }
    },

    async "obeys If-Match, If-None-Match and the times"(s3) {
      await s3.put("digits", BODY);
      const before = new Date(Date.now() - HOUR).toUTCString();
      const after = new Date(Date.now() + HOUR).toUTCString();
      for (const [header, value, status] of [
        ["if-match", `"${ETAG}"`, 200],
        ["if-match", ETAG, 200],
        ["if-match", '"x"', 412],
        ["if-none-match", `"${ETAG}"`, 304],
        ["if-none-match", '"x"', 200],
        ["if-modified-since", before, 200],
        ["if-unmodified-since", before, 412],
        ["if-unmodified-since", after, 200],
      ] as const) {
        const reply = await s3.get("digits", { [header]: value });
        expect({ header, value, status: reply.status }).toEqual({ header, value, status });
        if (status === 304) expect(reply.text).toBe("");
        if (status === 412) expect(reply.code).toBe("PreconditionFailed");
      }
    },

    async "of a missing key is NoSuchKey"(s3) {
      expect(await s3.get("missing")).toMatchObject({ status: 404, code: "NoSuchKey" });
      const head = await s3.send({ method: "HEAD", path: s3.path("missing") });
      expect(head).toMatchObject({ status: 404, text: "" });
    },
  },
};

export const getObjectBySdk: CheckGroup = {
  name: "GetObject by the SDK",
  dialects: SDK_DIALECTS,
  checks: {
    async "answers whole, in part, on condition, and says what is missing"(s3) {
      await s3.put("digits", BODY);
      expect(await textOf(s3, {})).toBe(BODY);
      expect(await textOf(s3, { Range: "bytes=2-4" })).toBe("234");
      expect(await textOf(s3, { IfMatch: `"${ETAG}"` })).toBe(BODY);
      await expect(textOf(s3, { IfMatch: '"x"' })).rejects.toMatchObject({
        name: "PreconditionFailed",
      });
      await expect(textOf(s3, { IfNoneMatch: `"${ETAG}"` })).rejects.toMatchObject({
        $metadata: { httpStatusCode: 304 },
      });
      await expect(textOf(s3, { Range: "bytes=10-" })).rejects.toMatchObject({
        name: "InvalidRange",
      });
      await expect(textOf(s3, { Key: "missing" })).rejects.toMatchObject({ name: "NoSuchKey" });
      const head = new HeadObjectCommand({ Bucket: s3.bucket, Key: "missing" });
      await expect(s3.client.send(head)).rejects.toMatchObject({ name: "NotFound" });
    },
  },
};

async function textOf({ client, bucket }: Subject, input: object): Promise<string | undefined> {
  const command = new GetObjectCommand({ Bucket: bucket, Key: "digits", ...input });
  return (await client.send(command)).Body?.transformToString();
}
