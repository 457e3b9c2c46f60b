import { createHash } from "node:crypto";

import { expect } from "expect";

import { type CheckGroup, HTTP_DIALECT } from "../check.js";
import { sendChunked } from "../requests/aws-chunked.js";
import { sendRaw } from "../requests/http.js";
import { presign } from "../requests/signer.js";
import { type Subject } from "../subject.js";

const BODY = "123456789";

/** Check values of the CRC catalogue (https://reveng.sourceforge.io/crc-catalogue/). */
const CHECKSUMS: readonly (readonly [name: string, value: string])[] = [
  ["x-amz-checksum-crc32", Buffer.from("cbf43926", "hex").toString("base64")],
  ["x-amz-checksum-crc32c", Buffer.from("e3069283", "hex").toString("base64")],
  ["x-amz-checksum-sha256", createHash("sha256").update(BODY).digest("base64")],
];
const WRONG_BODY = "123456780";
const CRC32 = { name: "x-amz-checksum-crc32", value: CHECKSUMS[0]?.[1] ?? "" };
const CHUNKS = ["a".repeat(65_536), "b".repeat(8192), "the end"];

function md5(text: string): string {
  return createHash("md5").update(text).digest("base64");
}

function upload(s3: Subject, kind: Parameters<typeof sendChunked>[1]["kind"]) {
  return { path: s3.path("chunked"), chunks: CHUNKS, kind };
}

export const checksums: CheckGroup = {
  name: "an upload",
  dialects: HTTP_DIALECT,
  checks: {
    async "is refused with a Content-MD5 that does not fit or is none"(s3) {
      await s3.put("key", "before");
      for (const [digest, code] of [
        [md5("another"), "BadDigest"],
        ["bm90IGEgZGlnZXN0", "InvalidDigest"],
      ] as const) {
        const reply = await s3.put("key", BODY, { "content-md5": digest });
        expect(reply).toMatchObject({ status: 400, code });
      }
      expect(await s3.get("key")).toMatchObject({ text: "before" });
      expect(await s3.put("key", BODY, { "content-md5": md5(BODY) })).toMatchObject({
        status: 200,
      });
      expect(await s3.get("key")).toMatchObject({ text: BODY });
    },

    async "is taken with an x-amz-checksum that fits: CRC32, CRC32C, SHA-256"(s3) {
      for (const [name, value] of CHECKSUMS) {
        expect(await s3.put(name, BODY, { [name]: value })).toMatchObject({ status: 200 });
        expect(await s3.get(name)).toMatchObject({ text: BODY });
      }
    },

    async "has its x-amz-checksum verified, kept and given back to those who ask"(s3) {
      for (const [name, value] of CHECKSUMS) {
        await s3.put(name, BODY, { [name]: value });
        const headers = { [name]: value };
        const request = { method: "PUT", path: s3.path(name), headers };
        const query = presign(s3.server, request);
        for (const reply of [
          await s3.put(name, WRONG_BODY, headers),
          await sendRaw(s3.server, { ...request, query, body: WRONG_BODY }),
        ]) {
          expect(reply).toMatchObject({ status: 400, code: "BadDigest" });
        }
        const asked = await s3.get(name, { "x-amz-checksum-mode": "ENABLED" });
        expect(asked.text).toBe(BODY);
        expect(asked.headers[name]).toBe(value);
        expect((await s3.get(name)).headers).not.toHaveProperty(name);
      }
    },

    async "is refused when its body is not the one whose digest was signed"(s3) {
      await s3.put("key", "before");
      const request = { method: "PUT", path: s3.path("key"), body: "genuine" };
      const reply = await s3.send(request, { sent: { body: "forged!" } });
      expect(reply).toMatchObject({ status: 400, code: "XAmzContentSHA256Mismatch" });
      expect(await s3.get("key")).toMatchObject({ text: "before" });
    },

    async "is taken in signed chunks"(s3) {
      const reply = await sendChunked(s3.server, upload(s3, "STREAMING-AWS4-HMAC-SHA256-PAYLOAD"));
      expect(reply).toMatchObject({ status: 200 });
      expect(await s3.get("chunked")).toMatchObject({ text: CHUNKS.join("") });
    },

    async "is refused when a signed chunk was changed"(s3) {
      await s3.put("chunked", "before");
      const reply = await sendChunked(s3.server, {
        ...upload(s3, "STREAMING-AWS4-HMAC-SHA256-PAYLOAD"),
        tamper: (body) => body.replace("bbb", "bbc"),
      });
      expect(reply).toMatchObject({ status: 403, code: "SignatureDoesNotMatch" });
      expect(await s3.get("chunked")).toMatchObject({ text: "before" });
    },

    async "with a trailing checksum is taken when it fits and refused when it does not"(s3) {
      const chunks = [BODY];
      for (const kind of [
        "STREAMING-UNSIGNED-PAYLOAD-TRAILER",
        "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER",
      ] as const) {
        const request = { ...upload(s3, kind), chunks };
        expect(await sendChunked(s3.server, { ...request, trailer: CRC32 })).toMatchObject({
          status: 200,
        });
        expect(await s3.get("chunked")).toMatchObject({ text: BODY });
        const trailer = { ...CRC32, value: "AAAAAA==" };
        expect(await sendChunked(s3.server, { ...request, trailer })).toMatchObject({
          status: 400,
          code: "BadDigest",
        });
      }
    },
  },
};
