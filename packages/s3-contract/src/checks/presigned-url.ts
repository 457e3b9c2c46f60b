import { createHash } from "node:crypto";

import { GetObjectCommand, PutObjectCommand, type S3Client } from "@aws-sdk/client-s3";
import { getSignedUrl } from "@aws-sdk/s3-request-presigner";
import { expect } from "expect";

import { type CheckGroup, HTTP_DIALECT } from "../check.js";
import { type RawRequest, type Reply, sendRaw } from "../requests/http.js";
import { sdkClient } from "../requests/sdk-client.js";
import { presign, type Signable } from "../requests/signer.js";
import { type Subject } from "../subject.js";

const KEY = "shared.txt";
const SECOND = 1000;

function get(
  s3: Subject,
  options: Parameters<typeof presign>[2] = {},
  sent: Partial<RawRequest> = {},
): Promise<Reply> {
  const request = { method: "GET", path: s3.path(KEY) };
  return sendRaw(s3.server, { ...request, query: presign(s3.server, request, options), ...sent });
}

/** Sends what a presigned PUT is for, or something else. */
function put(s3: Subject, signed: Omit<Signable, "method" | "path">, sent: Partial<RawRequest>) {
  const request = { method: "PUT", path: s3.path(KEY) };
  const query = presign(s3.server, { ...request, ...signed });
  return sendRaw(s3.server, { ...request, query, headers: signed.headers, ...sent });
}

/** The presigner leaves these headers unsigned unless it is told to sign them. */
async function presignPut(s3: Subject, input: object, signed: readonly string[]): Promise<string> {
  const client: S3Client = sdkClient(s3.server, { requestChecksumCalculation: "WHEN_REQUIRED" });
  const command = new PutObjectCommand({ Bucket: s3.bucket, Key: KEY, ...input });
  const signableHeaders = new Set(signed);
  const url = await getSignedUrl(client, command, { signableHeaders });
  client.destroy();
  return url;
}

export const presignedUrl: CheckGroup = {
  name: "a presigned URL",
  dialects: HTTP_DIALECT,
  checks: {
    async "serves a browser that has nothing else, with the headers that it names"(s3) {
      const key = "a folder/ü & +%~'()!*.txt";
      await s3.put(key, "shared");
      const command = new GetObjectCommand({
        Bucket: s3.bucket,
        Key: key,
        ResponseContentDisposition: 'attachment; filename="a b.txt"',
        ResponseContentType: "application/x-test",
        ResponseCacheControl: "no-store",
      });
      const response = await fetch(await getSignedUrl(s3.client, command));
      expect(await response.text()).toBe("shared");
      expect(Object.fromEntries(response.headers)).toMatchObject({
        "content-disposition": 'attachment; filename="a b.txt"',
        "content-type": "application/x-test",
        "cache-control": "no-store",
      });
    },

    async "is over once its time is"(s3) {
      await s3.put(KEY, "shared");
      const date = new Date(Date.now() - 302 * SECOND);
      const over = await get(s3, { date, expires: 300 });
      expect(over).toMatchObject({ status: 403, code: "AccessDenied" });
      expect(await get(s3, { date, expires: 400 })).toMatchObject({ status: 200, text: "shared" });
    },

    async "is valid for a week at most"(s3) {
      await s3.put(KEY, "shared");
      expect((await get(s3, { expires: 604_800 })).status).toBe(200);
      expect((await get(s3, { expires: 604_801 })).status).toBeGreaterThanOrEqual(400);
    },

    async "is refused when it is signed with another secret or for an unknown key"(s3) {
      await s3.put(KEY, "shared");
      const secret = await get(s3, { secretAccessKey: "guessed" });
      expect(secret).toMatchObject({ status: 403, code: "SignatureDoesNotMatch" });
      const unknown = await get(s3, { accessKeyId: "UNKNOWN" });
      expect(unknown).toMatchObject({ status: 403, code: "InvalidAccessKeyId" });
    },

    async "is refused for another method, key or parameter"(s3) {
      await s3.put(KEY, "shared");
      await s3.put("secret.txt", "secret");
      const query = presign(s3.server, { method: "GET", path: s3.path(KEY) }, { expires: 60 });
      for (const sent of [
        { method: "DELETE" },
        { path: s3.path("secret.txt") },
        { query: query.replace("Expires=60", "Expires=600") },
        { query: `${query}&response-content-type=text%2Fhtml` },
        { query: query.replace(/.$/, (digit) => (digit === "0" ? "1" : "0")) },
      ]) {
        const reply = await get(s3, {}, { query, ...sent });
        expect(reply).toMatchObject({ status: 403, code: "SignatureDoesNotMatch" });
      }
      expect((await s3.keys()).length).toBe(2);
    },

    async "for a PUT is bound to the signed type"(s3) {
      const url = await presignPut(s3, { ContentType: "image/png" }, ["content-type"]);
      const upload = (type: string) =>
        fetch(url, { method: "PUT", body: "12345", headers: { "content-type": type } });
      expect((await upload("text/html")).status).toBe(403);
      expect(await s3.keys()).toEqual([]);
      expect((await upload("image/png")).status).toBe(200);
      expect((await s3.get(KEY)).headers["content-type"]).toBe("image/png");
    },

    async "for a PUT is bound to the signed length"(s3) {
      const url = await presignPut(s3, { ContentLength: 5 }, ["content-length"]);
      expect((await fetch(url, { method: "PUT", body: "123456" })).status).toBe(403);
      expect((await fetch(url, { method: "PUT", body: "1234" })).status).toBe(403);
      expect(await s3.keys()).toEqual([]);
      expect((await fetch(url, { method: "PUT", body: "12345" })).status).toBe(200);
      expect(await s3.get(KEY)).toMatchObject({ text: "12345" });
    },

    async "for a PUT is bound to the signed Content-MD5"(s3) {
      const headers = { "content-md5": createHash("md5").update("agreed").digest("base64") };
      const forged = await put(s3, { headers }, { body: "forged" });
      expect(forged).toMatchObject({ status: 400, code: "BadDigest" });
      const without = await put(s3, { headers }, { body: "forged", headers: {} });
      expect(without).toMatchObject({ status: 403 });
      expect(await s3.keys()).toEqual([]);
      expect(await put(s3, { headers }, { body: "agreed" })).toMatchObject({ status: 200 });
      expect(await s3.get(KEY)).toMatchObject({ text: "agreed" });
    },
  },
};
