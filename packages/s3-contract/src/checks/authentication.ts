import { expect } from "expect";

import { type CheckGroup, HTTP_DIALECT } from "../check.js";
import { type RawRequest, sendRaw } from "../requests/http.js";
import { type SigningOptions } from "../requests/signer.js";
import { type Subject } from "../subject.js";

const MINUTE = 60_000;
const KEY = "signed.txt";

async function expectRefused(
  s3: Subject,
  status: number,
  code: string,
  options: SigningOptions & { sent?: Partial<RawRequest> },
): Promise<void> {
  await s3.put(KEY, "genuine");
  const reply = await s3.send({ method: "GET", path: s3.path(KEY) }, options);
  expect({ status: reply.status, code: reply.code }).toEqual({ status, code });
  expect(reply.text).not.toContain("genuine");
}

export const authentication: CheckGroup = {
  name: "a request",
  dialects: HTTP_DIALECT,
  checks: {
    async "is refused when it is not signed"(s3) {
      await s3.put(KEY, "genuine");
      for (const method of ["GET", "PUT", "DELETE"]) {
        const reply = await sendRaw(s3.server, { method, path: s3.path(KEY) });
        expect(reply).toMatchObject({ status: 403, code: "AccessDenied" });
      }
      expect(await s3.get(KEY)).toMatchObject({ text: "genuine" });
    },

    "is refused when it is signed with another secret": (s3) =>
      expectRefused(s3, 403, "SignatureDoesNotMatch", { secretAccessKey: "guessed" }),

    "is refused for an unknown access key": (s3) =>
      expectRefused(s3, 403, "InvalidAccessKeyId", { accessKeyId: "UNKNOWNKEY" }),

    async "is refused when its method, path, query or a signed header was changed"(s3) {
      for (const sent of [
        { method: "DELETE" },
        { path: s3.path("other.txt") },
        { query: "uploads=" },
        { headers: { "x-amz-content-sha256": "UNSIGNED-PAYLOAD" } },
      ]) {
        await expectRefused(s3, 403, "SignatureDoesNotMatch", { sent });
      }
      expect(await s3.keys()).toEqual([KEY]);
    },

    async "is refused when an x-amz- header was added"(s3) {
      await s3.put(KEY, "genuine");
      const headers = { "x-amz-meta-added": "later" };
      const request = { method: "PUT", path: s3.path(KEY), body: "changed" };
      const reply = await s3.send(request, { sent: { headers } });
      expect(reply).toMatchObject({ status: 403 });
      expect(await s3.get(KEY)).toMatchObject({ text: "genuine" });
    },

    async "is refused when its clock is a quarter of an hour off"(s3) {
      for (const minutes of [-16, 16]) {
        const date = new Date(Date.now() + minutes * MINUTE);
        await expectRefused(s3, 403, "RequestTimeTooSkewed", { date });
      }
    },

    "is refused when it is signed for another region": (s3) =>
      expectRefused(s3, 400, "AuthorizationHeaderMalformed", { region: "mars-north-1" }),
  },
};
